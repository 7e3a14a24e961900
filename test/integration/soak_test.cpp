// Clients at work while agents are killed and frozen around them: nothing is lost unseen, nothing
// hangs, nothing grows. SERF_SOAK_SECONDS says for how long; 20 without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "integration/soak_agents.hpp"
#include "integration/soak_client.hpp"
#include "support/deadline.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

std::ptrdiff_t entries_of(const char* folder) {
  const std::filesystem::directory_iterator all(folder);
  return std::distance(begin(all), end(all));
}

struct usage {
  std::ptrdiff_t threads = entries_of("/proc/self/task");
  std::ptrdiff_t descriptors = entries_of("/proc/self/fd");
  std::size_t heap = ::mallinfo2().uordblks;
};

// While it goes on connections, and the pipes of agents that start, come and go: the least that was
// in use at any moment of `time`. What is left behind is in use at all of them.
usage least_during(std::chrono::milliseconds time) {
  usage least;
  wait_until(
      [&] {
        const usage now;
        least.threads = std::min(least.threads, now.threads);
        least.descriptors = std::min(least.descriptors, now.descriptors);
        least.heap = std::min(least.heap, now.heap);
        return false;
      },
      time);
  return least;
}

std::chrono::seconds time_to_soak() {
  const char* const wanted = std::getenv("SERF_SOAK_SECONDS");
  return std::chrono::seconds(wanted != nullptr ? std::atoi(wanted) : 20);
}

void expect_alive(soak_client& client) {
  const int last = client.fire_one();
  EXPECT_TRUE(wait_until([&] { return client.taken().last() >= last; }, 60s)) << client.name();
  EXPECT_TRUE(wait_until([&] { return client.shown().last() >= last; }, 60s)) << client.name();
  EXPECT_EQ(client.drained().end().state, stream_state::open);
}

TEST(soak, loses_nothing_unseen_completes_every_call_once_and_leaves_nothing_behind) {
  soak_agents agents;
  const usage before;
  soak_figures figures;
  std::vector<std::unique_ptr<soak_client>> clients;
  for (std::size_t i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<soak_client>(agents.addresses_from(i),
                                                    "soak-" + std::to_string(i), figures));
  }
  agents.begin_trouble();
  const auto time = time_to_soak();
  const usage early = least_during(time / 4);
  wait_until([] { return false; }, time / 2);
  const usage late = least_during(time / 4);
  agents.end_trouble();

  for (auto& each : clients) each->end_calls();
  for (auto& each : clients) expect_alive(*each);
  for (auto& each : clients) {  // and so is the responder of the other one
    const auto& other = clients[each == clients.front() ? 1 : 0]->name();
    EXPECT_TRUE(wait_until(
        [&] { return !(**each).ask(query_request(other).timeout(300ms)).get().responses.empty(); },
        60s));
  }
  EXPECT_EQ(figures.made, figures.completed);
  EXPECT_EQ(figures.twice, 0);
  EXPECT_GT(figures.succeeded, 0);

  std::cout << "soak: " << time.count() << " s, agents killed " << agents.killed() << " and frozen "
            << agents.frozen() << " times, crashed by themselves " << agents.crashed()
            << "\ncalls: " << figures.made << " made, " << figures.completed << " completed, "
            << figures.succeeded << " of them well; " << figures.answered << " queries answered\n";
  for (auto& each : clients) {
    const auto acknowledged = each->acknowledged().all();
    const auto metrics = (**each).metrics();
    std::cout << each->name() << ": " << acknowledged.size() << " events acknowledged; drained "
              << each->taken().events() << " and " << each->taken().gaps() << " gaps, handled "
              << each->shown().events() << " and " << each->shown().gaps() << " gaps; "
              << metrics.connects << " connects\n";
    EXPECT_THAT(each->taken().missing(acknowledged), IsEmpty());
    EXPECT_THAT(each->shown().missing(acknowledged), IsEmpty());
    EXPECT_GT(each->taken().gaps(), 0U) << "else nothing was tried";
  }
  std::cout << "early and late: " << early.threads << " and " << late.threads << " threads, "
            << early.descriptors << " and " << late.descriptors << " descriptors, "
            << early.heap / 1024 << " and " << late.heap / 1024 << " KiB of heap\n";
  EXPECT_LE(late.threads, early.threads + 1);
  EXPECT_LE(late.descriptors, early.descriptors + 3) << "connections come and go";
  // The numbers that this test keeps take 4 bytes an event on each of its lists.
  EXPECT_LT(late.heap, early.heap + (std::size_t{4} << 20U));

  for (auto& each : clients) each->end();
  clients.clear();
  EXPECT_TRUE(wait_until([&] { return usage().threads <= before.threads; }, 20s))
      << before.threads << " threads before, " << usage().threads << " afterwards";
}

}  // namespace
}  // namespace serf::testing
