// Slow and risky commands take connections of their own, and hold up or break nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>

#include <serf/client.hpp>

#include "support/deadline.hpp"
#include "support/fake_agent.hpp"

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
