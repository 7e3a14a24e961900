// An agent that is stopped: its kernel accepts and acknowledges, the agent says nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <serf/client.hpp>

#include "support/real_agent.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using ::testing::HasSubstr;

class frozen_agent : public ::testing::Test {
 protected:
  client_options options() const { return client_options(agent_.rpc_address()).reconnect(false); }

  testing::real_agent agent_;
};

TEST_F(frozen_agent, makes_every_call_time_out_at_its_own_deadline) {
  serf::client client(options());
  client.ready().get();
  agent_.freeze();

  const auto start = clock::now();
  std::vector<std::pair<std::chrono::milliseconds, std::future<std::vector<member>>>> calls;
  for (const auto timeout : {700ms, 100ms, 400ms}) {
    calls.emplace_back(timeout, client.members({}, timeout));
  }
  std::sort(calls.begin(), calls.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [timeout, call] : calls) {
    try {
      call.get();
      FAIL() << "a frozen agent answered";
    } catch (const timeout_error& error) {
      EXPECT_GE(clock::now() - start, timeout);
      EXPECT_EQ(error.failure().sent, sent::maybe);
      EXPECT_THAT(error.what(), HasSubstr(std::to_string(timeout.count()) + " ms"));
      EXPECT_THAT(error.what(), HasSubstr(agent_.rpc_address()));
    }
  }
  // Each other command, too.
  EXPECT_THROW(client.event("deploy", "", 10ms).get(), timeout_error);
  EXPECT_THROW(client.join("127.0.0.1:1", {}, 10ms).get(), timeout_error);
  EXPECT_THROW(client.leave(10ms).get(), timeout_error);
  EXPECT_THROW(client.force_leave("n", {}, 10ms).get(), timeout_error);
  EXPECT_THROW(client.tags(tag_changes(), 10ms).get(), timeout_error);
  EXPECT_THROW(client.stats(10ms).get(), timeout_error);
  EXPECT_THROW(client.get_coordinate("n", 10ms).get(), timeout_error);
  EXPECT_THROW(client.install_key("k", 10ms).get(), timeout_error);
  EXPECT_THROW(client.use_key("k", 10ms).get(), timeout_error);
  EXPECT_THROW(client.remove_key("k", 10ms).get(), timeout_error);
  EXPECT_THROW(client.list_keys(10ms).get(), timeout_error);
}

TEST_F(frozen_agent, that_thaws_answers_later_calls_and_the_late_answers_do_no_harm) {
  serf::client client(options());
  client.ready().get();
  agent_.freeze();
  for (int i = 0; i < 20; ++i) EXPECT_THROW(client.members({}, 5ms).get(), timeout_error);
  agent_.thaw();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client.members().get().size(), 1U);
    EXPECT_EQ(client.stats().get().node_name, agent_.name());
  }
}

TEST_F(frozen_agent, that_accepts_and_says_nothing_is_given_up) {
  agent_.freeze();
  serf::client client(options().connect_timeout(300ms));
  try {
    client.ready().get();
    FAIL() << "ready";
  } catch (const connection_error& error) {
    EXPECT_EQ(error.code(), errc::unreachable);
    EXPECT_THAT(error.what(), HasSubstr("no answer to the handshake"));
    EXPECT_THAT(error.what(), HasSubstr(agent_.rpc_address()));
  }
}

// Repeated, and the best of it taken: what is bounded is this library's part of the time.
TEST_F(frozen_agent, does_not_hold_up_the_end_of_a_client_with_50_calls) {
  agent_.freeze();
  auto best = clock::duration::max();
  for (int round = 0; round < 20 && best >= 100ms; ++round) {
    std::vector<std::future<std::vector<member>>> calls;
    auto client = std::make_unique<serf::client>(options());
    for (int i = 0; i < 50; ++i) calls.push_back(client->members());
    const auto start = clock::now();
    client.reset();
    best = std::min(best, clock::now() - start);
    for (auto& each : calls) {
      ASSERT_EQ(each.wait_for(0s), std::future_status::ready);
      EXPECT_THROW(each.get(), connection_error);
    }
  }
  EXPECT_LT(best, 100ms);
  RecordProperty("milliseconds",
                 std::to_string(std::chrono::duration<double, std::milli>(best).count()));
}

TEST_F(frozen_agent, does_not_hold_up_the_end_of_a_connected_client_with_50_calls) {
  auto best = clock::duration::max();
  for (int round = 0; round < 20 && best >= 100ms; ++round) {
    std::vector<std::future<agent_stats>> calls;
    auto client = std::make_unique<serf::client>(options());
    client->ready().get();
    agent_.freeze();
    for (int i = 0; i < 50; ++i) calls.push_back(client->stats());
    const auto start = clock::now();
    client.reset();
    best = std::min(best, clock::now() - start);
    for (auto& each : calls) ASSERT_EQ(each.wait_for(0s), std::future_status::ready);
    agent_.thaw();
  }
  EXPECT_LT(best, 100ms);
}

TEST_F(frozen_agent, that_is_killed_fails_what_was_asked_of_it) {
  serf::client client(options());
  client.ready().get();
  agent_.freeze();
  auto asked = client.members();
  agent_.kill();
  EXPECT_THROW(asked.get(), connection_error);
  EXPECT_THROW(client.stats().get(), connection_error);
}

}  // namespace
}  // namespace serf
