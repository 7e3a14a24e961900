// Further connections, for slow and risky commands and for logs, when the main one is lost, goes to
// another agent, or they do not come about themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
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

reconnect_options quick() { return reconnect_options().initial_delay(5ms).max_delay(20ms); }

template <class T>
failure failure_of(std::future<T> call) {
  try {
    call.get();
  } catch (const error& caught) {
    return caught.failure();
  }
  ADD_FAILURE() << "no exception";
  return {};
}

member_filter risky() { return member_filter().name(regex("n.*")); }
tag_changes some() { return tag_changes().set("a", "1"); }

class further_connection : public ::testing::Test {
 protected:
  void SetUp() override { client_.ready().get(); }

  // Of the first agent, and no other connection.
  void lose_the_main_connection() { first_.send_raw_to(1, "\xc1"); }
  void go_to_the_second() {
    lose_the_main_connection();
    ASSERT_TRUE(second_.wait_for_request("handshake", 20s));
    client_.event("there").get();
    ASSERT_EQ(second_.requests("event").size(), 1U);
  }

  fake_agent first_, second_;
  client client_{client_options()
                     .endpoints({first_.address(), second_.address()})
                     .connect_timeout(60s)
                     .reconnect(quick())};
};

TEST_F(further_connection, goes_to_the_other_agent_with_the_main_one_also_from_a_call_that_lasts) {
  first_.on("list-keys").stay_silent();
  auto slow = client_.list_keys(60s);
  ASSERT_TRUE(first_.wait_for_request("list-keys", 20s));
  go_to_the_second();
  const auto why = failure_of(std::move(slow));
  EXPECT_EQ(why.code, errc::connection_lost);
  EXPECT_EQ(why.sent, sent::maybe);
  EXPECT_THAT(why.message, HasSubstr(second_.address()));
  client_.tags(some(), 20s).get();
  EXPECT_TRUE(first_.requests("tags").empty());
  EXPECT_EQ(second_.requests("tags").size(), 1U);
}

TEST_F(further_connection, takes_what_it_has_not_sent_yet_to_the_other_agent) {
  first_.on("handshake").hold();
  auto waiting = client_.tags(some(), 60s);
  ASSERT_TRUE(first_.wait_for_request("handshake", 20s, 2));
  go_to_the_second();
  ASSERT_EQ(waiting.wait_for(20s), std::future_status::ready);
  waiting.get();
  EXPECT_EQ(second_.requests("tags").size(), 1U);
  first_.release();
  EXPECT_TRUE(first_.wait_for_open_connections(0, 20s));
  EXPECT_TRUE(first_.requests("tags").empty());
}

TEST_F(further_connection, does_not_blame_an_expression_for_what_became_of_the_agent_left) {
  first_.on("members-filtered").stay_silent();
  auto asked = client_.members(risky(), 60s);
  ASSERT_TRUE(first_.wait_for_request("members-filtered", 20s));
  go_to_the_second();
  EXPECT_EQ(failure_of(std::move(asked)).code, errc::connection_lost);
}

TEST_F(further_connection, takes_no_later_main_connection_for_a_sign_of_life_of_an_earlier_one) {
  client lone(client_options(first_.address()).reconnect(quick()));
  lone.ready().get();
  first_.on("handshake").once().hold();
  first_.on("members-filtered").close_connection();
  auto asked = lone.members(risky(), 60s);
  ASSERT_TRUE(first_.wait_for_request("handshake", 20s, 3));
  first_.send_raw_to(2, "\xc1");
  ASSERT_TRUE(first_.wait_for_connections(4, 20s));
  lone.event("there").get();
  first_.release();
  EXPECT_EQ(failure_of(std::move(asked)).code, errc::connection_lost);
}

TEST_F(further_connection, does_not_expect_the_next_agent_to_leave_instead_of_the_one_asked) {
  first_.on("handshake").hold();
  second_.on("handshake").hold();
  auto left = client_.leave(60s);
  ASSERT_TRUE(first_.wait_for_request("handshake", 20s, 2));
  lose_the_main_connection();
  ASSERT_TRUE(second_.wait_for_request("handshake", 20s));
  first_.release();
  left.get();
  EXPECT_EQ(first_.requests("leave").size(), 1U);
  second_.on("stats").stay_silent();
  second_.release();
  auto asked = client_.stats(60s);
  ASSERT_TRUE(second_.wait_for_request("stats", 20s));
  second_.close_connections();
  EXPECT_EQ(failure_of(std::move(asked)).code, errc::connection_lost);
}

TEST_F(further_connection, that_fails_is_tried_again_also_for_a_call_without_a_deadline) {
  first_.refuse_next_connection();
  auto patient = client_.tags(some(), call_options(std::chrono::hours::max()));
  ASSERT_EQ(patient.wait_for(20s), std::future_status::ready);
  patient.get();
}

TEST_F(further_connection, that_does_not_come_about_is_tried_at_growing_intervals) {
  first_.on("handshake").close_connection();
  const auto before = first_.connections_accepted();
  failure_of(client_.tags(some(), 2s));
  const auto tried = first_.connections_accepted() - before;
  EXPECT_GT(tried, 1U);
  EXPECT_LT(tried, 9U) << "0, 100, 300, 700 and 1500 ms, a fifth more or less";
}

TEST_F(further_connection, of_a_log_that_the_agent_refuses_later_is_given_up) {
  client lone(client_options(first_.address()).reconnect(quick()));
  auto log = lone.monitor(log_level::info).get();
  first_.on("monitor").reply_error("Unknown log level: INFO");
  first_.close_connections();
  while (log.next_for(20s)) {
  }
  EXPECT_EQ(log.end().state, stream_state::rejected);
  lone.stats().get();
  EXPECT_TRUE(first_.wait_for_open_connections(1, 20s)) << "the main one";
}

TEST_F(further_connection, of_a_log_that_was_closed_as_it_was_asked_for_again_is_given_up) {
  client lone(client_options(first_.address()).reconnect(quick()));
  auto log = lone.monitor(log_level::info).get();
  first_.on("monitor").hold();
  first_.close_connections();
  ASSERT_TRUE(first_.wait_for_request("monitor", 20s, 2));
  log.close();
  const auto before = first_.connections_accepted();
  first_.close_connections();
  ASSERT_TRUE(first_.wait_for_connections(before + 1, 20s));
  for (int i = 0; i < 20; ++i) lone.stats().get();
  EXPECT_EQ(first_.connections_accepted(), before + 1) << "the main one";
}

TEST_F(further_connection, that_waits_in_vain_for_the_main_one_says_why_there_is_none) {
  const std::string nobody = "127.0.0.1:1";
  client lone(client_options(nobody).reconnect(quick()));
  failure_of(lone.ready());
  for (const auto& why :
       {failure_of(lone.monitor(log_level::info, 100ms)), failure_of(lone.tags(some(), 100ms))}) {
    EXPECT_EQ(why.code, errc::unreachable);
    EXPECT_EQ(why.sent, sent::no);
    EXPECT_THAT(why.message, HasSubstr("within 100 ms"));
    EXPECT_THAT(why.message, HasSubstr("cannot reach the Serf agent at " + nobody));
  }
}

}  // namespace
}  // namespace serf
