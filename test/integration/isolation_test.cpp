// What slow and refused commands do to the rest of a client, on real agents: nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <serf/client.hpp>

#include "component/changes.hpp"
#include "integration/event_storm.hpp"
#include "support/black_hole.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"
#include "support/real_cluster.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using ::testing::HasSubstr;
using milliseconds = std::chrono::milliseconds;

constexpr auto quick = 500ms;  // on a busy machine; the slow commands take seconds

class watched_client {
 public:
  explicit watched_client(const std::string& address) : client(address) {
    watching_ = client.on_connection(heard_.handler());
    events_ = client.stream("user:tick").get();
  }

  // Have come, whether taken or not.
  bool wait_for_ticks(int count) const {
    return testing::wait_until(
        [&] { return events_.counters().received >= static_cast<std::uint64_t>(count); }, 20s);
  }

  // Nothing is missing, nothing is out of order, and the connection is still the first one.
  void expect_ticks(int first, int count) {
    for (int number = first; number < first + count; ++number) {
      const auto next = events_.next_for(20s);
      ASSERT_TRUE(next) << "tick " << number << " is missing";
      const auto* const tick = std::get_if<user_event>(&*next);
      ASSERT_NE(tick, nullptr) << to_string(*next);
      ASSERT_EQ(tick->payload, std::to_string(number));
    }
    EXPECT_EQ(heard_.last(connection_state::lost).reason, "");
  }

  serf::client client;

 private:
  changes heard_;
  subscription watching_;
  event_stream events_;
};

// Calls `other` again and again until the slow one is done; how long each time took, in order of
// size.
template <class T, class Other>
std::vector<milliseconds> times_during(std::future<T>& slow, Other other) {
  std::vector<milliseconds> times;
  while (slow.wait_for(100ms) != std::future_status::ready) {
    const auto start = clock::now();
    other();
    times.push_back(std::chrono::duration_cast<milliseconds>(clock::now() - start));
  }
  std::sort(times.begin(), times.end());
  return times;
}

void expect_quick(const std::vector<milliseconds>& times, const char* what) {
  ASSERT_GE(times.size(), 3U) << "the slow command was over too soon to tell";
  std::cout << times.size() << " calls during " << what << ": " << times[times.size() / 2].count()
            << " ms in the middle, " << times.back().count() << " ms at most\n";
  EXPECT_LT(times[times.size() / 2], quick);
}

TEST(isolation, of_an_expression_that_does_not_compile_leaves_an_open_stream_whole) {
  constexpr int ticks = 2000, block = 250;  // of more than 512 that wait the agent drops some
  const testing::real_agent agent;
  watched_client watched(agent.rpc_address());
  serf::client other(agent.rpc_address());
  std::thread firing([&] {
    for (int number = 0; number < ticks; number += block) {
      testing::fire_numbered(other, "tick", number, block, 100);
      EXPECT_TRUE(watched.wait_for_ticks(number + block));
    }
  });
  for (int i = 0; i < 20; ++i) {
    try {
      watched.client.members(member_filter().name(regex("("))).get();
      ADD_FAILURE() << "taken";
    } catch (const agent_error& error) {
      EXPECT_EQ(error.code(), errc::expression_refused);
      EXPECT_THAT(error.what(), HasSubstr("regex(\"(\")"));
      EXPECT_THAT(error.what(), HasSubstr(agent.rpc_address()));
    }
    EXPECT_EQ(watched.client.stats().get().node_name, agent.name());
  }
  firing.join();
  watched.expect_ticks(0, ticks);
}

TEST(isolation, of_a_join_to_a_black_hole_leaves_other_calls_and_filters_quick) {
  const testing::real_agent agent;
  const testing::black_hole first, second, third;
  watched_client watched(agent.rpc_address());
  auto joining = watched.client.join({first.address(), second.address(), third.address()});
  int ticks = 0;
  const auto times = times_during(joining, [&] {
    watched.client.event(testing::numbered("tick", ticks)).get();
    watched.expect_ticks(ticks++, 1);
    EXPECT_EQ(watched.client.members().get().size(), 1U);
    EXPECT_EQ(watched.client.members(member_filter().name(regex("agent.*"))).get().size(), 1U);
  });
  expect_quick(times, "a join to black holes");
  try {
    joining.get();
    ADD_FAILURE() << "joined";
  } catch (const agent_error& error) {
    EXPECT_EQ(error.code(), errc::join_failed);
    EXPECT_THAT(error.what(), HasSubstr("timeout"));
  }
}

// Until the prune is over the agent itself holds back members, stats, what it tells its streams,
// and with that further events. It loses none of it.
TEST(isolation, of_a_prune_that_takes_6_s_loses_nothing_and_leaves_other_calls_quick) {
  testing::real_cluster cluster(2);
  watched_client watched(cluster.agent(0).rpc_address());
  serf::client other(cluster.agent(0).rpc_address());
  other.ready().get();
  const auto start = clock::now();
  auto pruning = watched.client.force_leave("n2", force_leave_options().prune());
  auto members = watched.client.members();
  auto fired = other.event(testing::numbered("tick", 0));
  const auto times = times_during(pruning, [&] { watched.client.get_coordinate("n1").get(); });
  pruning.get();
  EXPECT_GT(clock::now() - start, 4s) << "no slow prune: the agent has changed its habits";
  expect_quick(times, "a prune");
  fired.get();
  watched.expect_ticks(0, 1);
  EXPECT_GE(members.get().size(), 1U);
}

}  // namespace
}  // namespace serf
