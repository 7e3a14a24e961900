// Many calls at once on one client: every answer belongs to its question.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>

#include "support/deadline.hpp"
#include "support/real_cluster.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;

// Asks, and gives what tells whether the answer is one to this question.
using answer_check = std::function<bool()>;

answer_check ask(client& client, int kind, const std::string& node) {
  switch (kind) {
    case 0:
      return [node, f = client.members(member_filter().name(exact(node))).share()] {
        return f.get().size() == 1 && f.get()[0].name == node;
      };
    case 1:
      return [f = client.get_coordinate("no-" + node).share()] { return !f.get(); };
    case 2:
      return [f = client.get_coordinate(node).share()] { return f.get().has_value(); };
    case 3:
      return [f = client.stats().share()] { return f.get().node_name == "n1"; };
    default:
      return [f = client.event("large", std::string(600, 'x')).share()] {
        try {
          f.get();
        } catch (const agent_error& error) {
          return error.code() == errc::event_too_large;
        }
        return false;
      };
  }
}

TEST(pipelining, gives_10000_mixed_calls_of_16_threads_each_its_own_answer) {
  constexpr int threads = 16;
  constexpr int calls_per_thread = 625;
  testing::real_cluster cluster(3);
  serf::client client(client_options(cluster.agent(0).rpc_address()).call_timeout(120s));
  for (const auto* const node : {"n1", "n2", "n3"}) {
    ASSERT_TRUE(testing::wait_until(
        [&] { return client.get_coordinate(node).get() != std::nullopt; }, 20s));
  }

  std::atomic<int> right{0};
  std::vector<std::thread> askers;
  for (int thread = 0; thread < threads; ++thread) {
    askers.emplace_back([&, thread] {
      std::vector<answer_check> checks;
      for (int i = thread; i < thread + calls_per_thread; ++i) {
        checks.push_back(ask(client, i % 5, "n" + std::to_string(1 + i % 3)));
      }
      for (const auto& is_right : checks) right += is_right() ? 1 : 0;
    });
  }
  for (auto& each : askers) each.join();
  EXPECT_EQ(right, threads * calls_per_thread);
}

TEST(pipelining, serves_threads_that_wait_for_each_answer) {
  testing::real_agent agent;
  serf::client client(client_options(agent.rpc_address()).first_seq(~std::uint64_t{0} - 100));
  std::atomic<int> right{0};
  std::vector<std::thread> askers;
  for (int thread = 0; thread < 8; ++thread) {
    askers.emplace_back([&] {
      for (int i = 0; i < 100; ++i) right += client.members().get().size() == 1 ? 1 : 0;
    });
  }
  for (auto& each : askers) each.join();
  EXPECT_EQ(right, 800);
}

}  // namespace
}  // namespace serf
