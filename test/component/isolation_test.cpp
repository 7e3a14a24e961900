// Slow and risky commands take connections of their own, and hold up or break nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;
using ::testing::HasSubstr;

class isolation : public ::testing::Test {
 protected:
  void SetUp() override { client_.ready().get(); }

  fake_agent agent_;
  serf::client client_{client_options(agent_.address()).reconnect(false)};
};

TEST_F(isolation, lets_other_calls_pass_a_slow_one) {
  agent_.on("join").once().hold();
  auto slow = client_.join("127.0.0.1:1");
  ASSERT_TRUE(agent_.wait_for_request("join", 10s));
  EXPECT_EQ(client_.members().get().size(), 1U);
  client_.event("deploy").get();
  EXPECT_EQ(client_.members(member_filter().name(regex("n."))).get().size(), 1U)
      << "a filter waits behind no slow command";
  EXPECT_EQ(slow.wait_for(0s), std::future_status::timeout);
  agent_.release();
  EXPECT_EQ(slow.get(), 1);
}

TEST_F(isolation, turns_the_hang_up_on_an_expression_into_an_error_that_names_it) {
  for (const auto& bad : {regex("("), as_agent("[a-")}) {
    try {
      client_.members(member_filter().name(bad)).get();
      FAIL() << "taken";
    } catch (const agent_error& error) {
      EXPECT_EQ(error.code(), errc::expression_refused);
      EXPECT_THAT(error.what(), HasSubstr(to_string(bad)));
      EXPECT_THAT(error.what(), HasSubstr(agent_.address()));
    }
  }
  EXPECT_EQ(client_.state(), connection_state::ready);
  EXPECT_EQ(client_.members(member_filter().name(regex("n1"))).get().size(), 1U);
}

TEST_F(isolation, does_not_take_the_end_of_the_agent_for_a_hang_up_on_an_expression) {
  agent_.on("members-filtered").stay_silent();
  auto asked = client_.members(member_filter().name(regex("n.*")));
  ASSERT_TRUE(agent_.wait_for_request("members-filtered", 10s));
  agent_.on("stop").hold();  // what the client asks of the main connection before it decides
  agent_.close_connections();
  EXPECT_THROW(asked.get(), connection_error);
}

TEST_F(isolation, tells_a_hang_up_from_the_end_of_the_agent_by_a_sign_on_the_main_connection) {
  agent_.on("members-filtered").close_connection();
  agent_.on("stop").hold();
  auto asked = client_.members(member_filter().name(regex("n.*")));
  ASSERT_TRUE(agent_.wait_for_request("stop", 10s));
  EXPECT_EQ(asked.wait_for(0s), std::future_status::timeout);
  agent_.reset_connections();
  EXPECT_THROW(asked.get(), connection_error);
}

TEST_F(isolation, takes_the_main_connection_for_what_cannot_fail_to_compile) {
  client_.members(member_filter().name(exact("(")).tag("a", prefix("["))).get();
  EXPECT_EQ(agent_.connections_accepted(), 1U);
}

TEST_F(isolation, sends_one_slow_command_after_the_other) {
  agent_.on("join").hold();
  auto first = client_.join("127.0.0.1:1");
  auto second = client_.join("127.0.0.1:2");
  auto third = client_.tags(tag_changes().set("a", "1"));
  ASSERT_TRUE(agent_.wait_for_request("join", 10s));
  client_.members().get();
  EXPECT_EQ(agent_.requests("join").size(), 1U);
  agent_.release();
  EXPECT_EQ(first.get() + second.get(), 2);
  third.get();
  EXPECT_EQ(agent_.connections_accepted(), 2U) << "one for all slow commands";
}

TEST_F(isolation, gives_up_the_connection_of_a_slow_call_that_timed_out) {
  agent_.on("join").once().stay_silent();
  auto second = client_.tags(tag_changes().set("a", "1"));  // opens the connection
  second.get();
  EXPECT_THROW(client_.join("127.0.0.1:1", {}, 50ms).get(), timeout_error);
  client_.tags(tag_changes().set("b", "1")).get();
  EXPECT_EQ(agent_.connections_accepted(), 3U);
  EXPECT_TRUE(agent_.wait_for_open_connections(2, 10s));
}

TEST_F(isolation, fails_at_its_deadline_what_does_not_get_its_turn) {
  agent_.on("join").once().stay_silent();
  auto first = client_.join("127.0.0.1:1", {}, 10s);
  ASSERT_TRUE(agent_.wait_for_request("join", 10s));
  try {
    client_.list_keys(50ms).get();
    FAIL();
  } catch (const timeout_error& error) {
    EXPECT_EQ(error.failure().sent, sent::no);
    EXPECT_THAT(error.what(), HasSubstr("list-keys"));
  }
  client_.close();
  EXPECT_THROW(first.get(), connection_error);
}

TEST_F(isolation, lets_a_call_without_time_disturb_nothing) {
  client_.tags(tag_changes().set("a", "1")).get();
  for (int i = 0; i < 10; ++i)
    EXPECT_THROW(client_.join("127.0.0.1:1", {}, 0s).get(), timeout_error);
  client_.tags(tag_changes().set("a", "2")).get();
  EXPECT_EQ(agent_.connections_accepted(), 2U);
}

TEST_F(isolation, does_not_connect_anew_for_each_call_that_is_too_impatient) {
  agent_.on("handshake").once().hold();
  for (int i = 0; i < 5; ++i) {
    EXPECT_THROW(client_.tags(tag_changes(), 20ms).get(), timeout_error);
  }
  EXPECT_EQ(agent_.connections_accepted(), 2U);
  agent_.release();
  client_.tags(tag_changes()).get();
  EXPECT_EQ(agent_.connections_accepted(), 2U);
}

TEST(isolation_without_an_agent, fails_with_the_reason_and_not_with_a_bare_timeout) {
  const fake_agent silent(testing::fake_agent_options().never_read());
  serf::client client(client_options(silent.address()).reconnect(false));
  auto first = client.join("127.0.0.1:1", {}, 10s);
  EXPECT_THROW(client.join("127.0.0.1:2", {}, 100ms).get(), connection_error);
  EXPECT_THROW(client.members(member_filter().name(regex("n")), 100ms).get(), connection_error);
}

TEST_F(isolation, sends_nothing_slow_over_the_main_connection_however_fast_it_is_to_fail) {
  for (int i = 0; i < 50; ++i) {
    fake_agent agent;
    serf::client client(client_options(agent.address()).reconnect(false));
    try {
      client.join("127.0.0.1:1", {}, call_options(5s).fail_fast()).get();
    } catch (const connection_error&) {
      // Not connected yet; the next one may find it so.
    }
    client.join("127.0.0.1:1", {}, call_options(5s)).get();
    EXPECT_EQ(agent.connections_accepted(), 2U);
    for (const auto& join : agent.requests("join")) {
      EXPECT_NE(join.connection, agent.requests("handshake").front().connection);
    }
  }
}

TEST_F(isolation, keeps_the_main_connection_clear_of_what_a_prune_holds_up) {
  agent_.on("force-leave").hold();
  auto pruning = client_.force_leave("n9", force_leave_options().prune());
  ASSERT_TRUE(agent_.wait_for_request("force-leave", 10s));
  client_.members().get();
  client_.stats().get();
  client_.event("deploy").get();
  const auto connection_of = [&](const char* command) {
    return agent_.requests(command).back().connection;
  };
  EXPECT_EQ(connection_of("event"), 1U);
  EXPECT_NE(connection_of("members"), 1U);
  EXPECT_NE(connection_of("stats"), 1U);
  agent_.release();
  pruning.get();
  client_.members().get();
  EXPECT_EQ(connection_of("members"), 1U);
}

TEST_F(isolation, keeps_it_clear_also_behind_a_prune_whose_call_was_given_up) {
  agent_.on("force-leave").stay_silent();
  EXPECT_THROW(client_.force_leave("n9", force_leave_options().prune(), 200ms).get(),
               timeout_error);
  ASSERT_EQ(agent_.requests("force-leave").size(), 1U);
  client_.members().get();
  EXPECT_NE(agent_.requests("members").back().connection, 1U) << "the agent may prune for 6 s";
}

TEST_F(isolation, closes_what_is_lost_and_opens_another_when_needed) {
  client_.tags(tag_changes().set("a", "1")).get();
  agent_.on("join").once().close_connection();
  EXPECT_THROW(client_.join("127.0.0.1:1").get(), connection_error);
  client_.tags(tag_changes().set("a", "2")).get();
  EXPECT_EQ(client_.state(), connection_state::ready);
}

TEST_F(isolation, ends_with_its_client) {
  agent_.on("join").stay_silent();
  auto slow = client_.join("127.0.0.1:1");
  auto waiting = client_.leave();
  ASSERT_TRUE(agent_.wait_for_request("join", 10s));
  client_.close();
  EXPECT_THROW(slow.get(), connection_error);
  EXPECT_THROW(waiting.get(), connection_error);
  EXPECT_TRUE(agent_.wait_for_open_connections(0, 10s));
  EXPECT_THROW(client_.tags(tag_changes()).get(), connection_error);
}

TEST_F(isolation, does_not_say_that_the_agent_has_left_when_it_has_refused_to) {
  agent_.on("leave").reply_error("Leave already in progress");
  EXPECT_THROW(client_.leave().get(), agent_error);
  EXPECT_THROW(client_.leave(0s).get(), timeout_error);
  agent_.close_connections();
  EXPECT_TRUE(
      testing::wait_until([&] { return client_.state() == connection_state::closed; }, 10s));
  try {
    client_.members().get();
    FAIL();
  } catch (const connection_error& error) {
    EXPECT_EQ(error.code(), errc::connection_lost);
  }
}

TEST_F(isolation, leaves_with_the_agent) {
  client_.leave().get();
  EXPECT_TRUE(
      testing::wait_until([&] { return client_.state() == connection_state::closed; }, 10s));
  try {
    client_.members().get();
    FAIL();
  } catch (const connection_error& error) {
    EXPECT_EQ(error.code(), errc::agent_left);
  }
}

}  // namespace
}  // namespace serf
