#include "session/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dialogue.hpp"

namespace serf::session {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::string auth_required = "Authentication required";

std::string bytes_of(const protocol::request& request, std::uint64_t seq) {
  std::string bytes;
  protocol::append(request, seq, bytes);
  return bytes;
}

TEST(conversation, says_nothing_but_the_handshake_until_it_is_answered) {
  dialogue agent;
  agent.submit("members", protocol::members({}));
  EXPECT_EQ(agent.sent(), "");
  agent.connect();
  EXPECT_EQ(agent.sent(), bytes_of(protocol::handshake(), 0));
  agent.hear(header(0));
  EXPECT_EQ(agent.opened, 1);
  EXPECT_EQ(agent.sent(), bytes_of(protocol::members({}), 1));
}

TEST(conversation, says_nothing_but_the_key_between_the_handshake_and_its_answer) {
  dialogue agent(dialogue::with_key("secret"));
  agent.submit("stats", protocol::stats());
  agent.connect();
  agent.sent();
  agent.hear(header(0));
  EXPECT_EQ(agent.sent(), bytes_of(protocol::auth("secret"), 1));
  EXPECT_EQ(agent.opened, 0);
  agent.hear(header(1));
  EXPECT_EQ(agent.opened, 1);
  EXPECT_EQ(agent.sent(), bytes_of(protocol::stats(), 2));
}

TEST(conversation, tells_whoever_waits_for_it_that_the_agent_is_ready) {
  dialogue agent;
  agent.submit("before", std::nullopt);
  EXPECT_TRUE(agent.outcomes.empty());
  agent.open();
  EXPECT_TRUE(agent.only("before").answered());
  agent.submit("after", std::nullopt);
  EXPECT_TRUE(agent.only("after").answered());
}

TEST(conversation, sends_waiting_calls_in_the_order_in_which_they_came) {
  dialogue agent;
  agent.submit("1", protocol::stats());
  agent.submit("2", protocol::members({}));
  agent.submit("3", protocol::get_coordinate("n1"));
  agent.connect();
  agent.sent();
  agent.hear(header(0));
  EXPECT_EQ(agent.sent(), bytes_of(protocol::stats(), 1) + bytes_of(protocol::members({}), 2) +
                              bytes_of(protocol::get_coordinate("n1"), 3));
}

TEST(conversation, gives_each_answer_to_the_call_that_asked) {
  dialogue agent;
  agent.open();
  agent.submit("join", protocol::join("a:1", false));
  agent.submit("members", protocol::members({}));
  agent.hear(header(2) + no_members() + header(1) + num(7));
  EXPECT_EQ(agent.only("join").body, num(7));
  EXPECT_EQ(agent.only("members").body, no_members());
}

TEST(conversation, takes_a_body_where_an_error_has_one_and_none_where_it_has_none) {
  dialogue agent;
  agent.open();
  agent.submit("join", protocol::join("a:1", false));
  agent.submit("event", protocol::event({"deploy"}));
  agent.submit("members", protocol::members({}));
  agent.hear(header(1, "Failed to join a") + num(0) + header(2, "user event exceeds it") +
             header(3) + no_members());
  EXPECT_EQ(agent.only("join").code(), errc::join_failed);
  EXPECT_EQ(agent.only("join").body, num(0));
  EXPECT_EQ(agent.only("event").code(), errc::event_too_large);
  EXPECT_TRUE(agent.only("members").answered());
  EXPECT_FALSE(agent.broken);
}

TEST(conversation, is_not_put_out_of_step_by_an_agent_that_wants_a_key) {
  dialogue agent;
  agent.open();
  std::string answers;
  for (std::uint64_t pair = 0; pair < 20; ++pair) {
    agent.submit("event", protocol::event({"deploy", std::string(200, 'x')}));
    agent.submit("members", protocol::members({}));
    // The event's body, left unread, is taken for a second request of that number.
    answers += header(1 + 2 * pair, auth_required) + header(1 + 2 * pair, auth_required) +
               header(2 + 2 * pair, auth_required);
  }
  agent.hear(answers);
  EXPECT_FALSE(agent.broken);
  ASSERT_EQ(agent.outcomes.size(), 40U);
  for (const outcome& each : agent.outcomes) EXPECT_EQ(each.code(), errc::auth_required);
}

TEST(conversation, ends_when_the_key_is_rejected_and_names_no_key) {
  dialogue agent(dialogue::with_key("s3cret"));
  agent.connect();
  agent.hear(header(0));
  agent.hear(header(1, "Invalid authentication token"));
  ASSERT_TRUE(agent.broken);
  EXPECT_EQ(agent.broken->code, errc::auth_rejected);
  EXPECT_THAT(agent.broken->message, HasSubstr("127.0.0.1:7373"));
  EXPECT_THAT(agent.broken->message, HasSubstr("auth_key"));
  EXPECT_EQ(agent.broken->message.find("s3cret"), std::string::npos);
}

TEST(conversation, ends_when_the_agent_does_not_speak_this_version) {
  dialogue agent;
  agent.connect();
  agent.hear(header(0, "Unsupported IPC version"));
  ASSERT_TRUE(agent.broken);
  EXPECT_EQ(agent.broken->code, errc::version_unsupported);
}

TEST(conversation, takes_any_other_refusal_of_the_handshake_for_a_broken_peer) {
  for (const auto* const text : {"Unsupported command", "go away"}) {
    dialogue agent;
    agent.connect();
    agent.hear(header(0, text));
    ASSERT_TRUE(agent.broken);
    EXPECT_EQ(agent.broken->code, errc::protocol_violation);
    EXPECT_THAT(agent.broken->message, HasSubstr(text));
  }
}

TEST(conversation, gives_up_an_agent_that_does_not_answer_the_handshake) {
  dialogue agent;
  agent.connect();
  EXPECT_EQ(agent.talk.next_deadline(), agent.now + 5s);
  agent.pass(4999ms);
  EXPECT_FALSE(agent.broken);
  agent.pass(1ms);
  ASSERT_TRUE(agent.broken);
  EXPECT_EQ(agent.broken->code, errc::unreachable);
}

TEST(conversation, fails_a_call_at_its_deadline_and_swallows_the_late_answer) {
  dialogue agent;
  agent.open();
  agent.submit("slow", protocol::members({}), 700ms);
  agent.submit("patient", protocol::stats(), 10s);
  agent.sent();
  EXPECT_EQ(agent.talk.next_deadline(), agent.now + 700ms);
  agent.pass(700ms);
  EXPECT_EQ(agent.only("slow").code(), errc::timed_out);
  EXPECT_EQ(agent.only("slow").why->sent, sent::maybe);
  EXPECT_EQ(agent.talk.next_deadline(), agent.now + 9300ms);
  agent.hear(header(1) + no_members() + header(2) + "\x80");
  EXPECT_TRUE(agent.only("patient").answered());
  EXPECT_EQ(agent.only("slow").code(), errc::timed_out);
  EXPECT_FALSE(agent.broken);
  EXPECT_EQ(agent.talk.pending(), 0U);
}

TEST(conversation, does_not_say_of_a_call_that_timed_out_that_it_was_not_sent_while_it_may_yet_be) {
  dialogue agent;
  agent.open();
  agent.submit("unsent", protocol::event({"deploy"}), 1s);
  agent.pass(1s);
  EXPECT_EQ(agent.only("unsent").why->sent, sent::maybe);
  EXPECT_EQ(agent.sent(), bytes_of(protocol::event({"deploy"}), 1));
}

TEST(conversation, says_of_a_call_of_which_no_byte_has_left_that_it_was_not_sent) {
  dialogue agent;
  agent.open();
  agent.submit("sent", protocol::stats());
  agent.sent();
  agent.submit("unsent", protocol::stats());
  agent.lose();
  EXPECT_EQ(agent.only("sent").why->sent, sent::maybe);
  EXPECT_EQ(agent.only("unsent").why->sent, sent::no);
}

TEST(conversation, tells_a_call_that_never_got_a_connection_so_and_not_that_it_timed_out) {
  dialogue agent;
  agent.submit("members", protocol::members({}), 700ms);
  agent.pass(700ms);
  EXPECT_EQ(agent.only("members").code(), errc::unreachable);
  EXPECT_EQ(agent.only("members").why->sent, sent::no);
  EXPECT_THAT(agent.only("members").why->message, HasSubstr("no connection within 700 ms"));
}

TEST(conversation, does_not_let_a_call_that_fails_fast_wait) {
  dialogue agent;
  agent.submit("hasty", protocol::stats(), 10s, true);
  EXPECT_EQ(agent.only("hasty").code(), errc::unreachable);
  agent.open();
  agent.submit("in time", protocol::stats(), 10s, true);
  EXPECT_TRUE(agent.of("in time").empty());
}

TEST(conversation, takes_an_answer_to_what_was_never_asked_for_a_broken_peer) {
  dialogue agent;
  agent.open();
  agent.hear(header(5));
  ASSERT_TRUE(agent.broken);
  EXPECT_EQ(agent.broken->code, errc::protocol_violation);
  EXPECT_THAT(agent.broken->message, HasSubstr("request 5, which was never made"));
}

TEST(conversation, takes_a_second_answer_for_a_broken_peer) {
  dialogue agent;
  agent.open();
  agent.submit("event", protocol::event({"deploy"}));
  agent.hear(header(1) + header(1));
  ASSERT_TRUE(agent.broken);
  EXPECT_THAT(agent.broken->message, HasSubstr("answered request 1 twice"));
  EXPECT_TRUE(agent.only("event").answered());
}

TEST(conversation, takes_a_demand_for_a_key_to_a_request_never_made_for_a_broken_peer) {
  dialogue agent;
  agent.open();
  agent.hear(header(9, auth_required));
  EXPECT_TRUE(agent.broken);
}

TEST(conversation, counts_its_requests_beyond_every_width) {
  for (const std::uint64_t first : {std::uint64_t{1} << 63U, ~std::uint64_t{0} - 1}) {
    auto settings = dialogue::with_agent({});
    settings.first_seq = first;
    dialogue agent(settings);
    agent.connect();
    agent.hear(header(first));
    for (std::uint64_t i = 1; i <= 4; ++i) agent.submit(std::to_string(i), protocol::leave());
    for (std::uint64_t i = 4; i >= 1; --i) agent.hear(header(first + i));
    EXPECT_FALSE(agent.broken) << agent.broken->message;
    EXPECT_EQ(agent.outcomes.size(), 4U);
    agent.hear(header(first + 5));
    EXPECT_TRUE(agent.broken);
  }
}

TEST(conversation, takes_the_end_after_a_leave_for_its_success) {
  dialogue agent;
  agent.open();
  agent.submit("leave", protocol::leave());
  agent.submit("stats", protocol::stats());
  agent.sent();
  agent.lose();
  EXPECT_TRUE(agent.only("leave").answered());
  EXPECT_EQ(agent.only("stats").code(), errc::agent_left);
  EXPECT_EQ(agent.talk.ending().code, errc::agent_left);
}

TEST(conversation, does_not_take_the_end_for_the_success_of_a_leave_that_never_went_out) {
  dialogue agent;
  agent.open();
  agent.submit("leave", protocol::leave());
  agent.lose();
  EXPECT_FALSE(agent.only("leave").answered());
}

TEST(conversation, tells_later_calls_why_it_ended) {
  dialogue agent;
  agent.open();
  agent.lose({errc::connection_lost, "the agent is gone"});
  agent.submit("members", protocol::members({}));
  EXPECT_EQ(agent.only("members").code(), errc::connection_lost);
  EXPECT_EQ(agent.only("members").why->message, "members: the agent is gone");
  EXPECT_EQ(agent.only("members").why->command, "members");
  agent.submit("ready", std::nullopt);
  EXPECT_EQ(agent.only("ready").code(), errc::connection_lost);
}

}  // namespace
}  // namespace serf::session
