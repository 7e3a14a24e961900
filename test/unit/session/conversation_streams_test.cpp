// What comes under one Seq again and again: streams, logs and queries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dialogue.hpp"

namespace serf::session {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A record that is a body of its own: {"Num": n}.
std::string record(std::uint64_t seq, int n) { return header(seq) + num(n); }

conversation_settings lingering(std::chrono::nanoseconds time, std::size_t most = 65536) {
  auto settings = dialogue::with_agent({});
  settings.stream_linger = time;
  settings.max_calls = settings.most_stopped = most;
  return settings;
}

// The stream's acknowledgement, and that of the stop of nothing that is sent behind it.
std::string opened(std::uint64_t seq) { return header(seq) + header(seq + 1); }

std::string stop_of(std::uint64_t seq, std::uint64_t stopped) {
  std::string bytes;
  protocol::append(protocol::stop(stopped), seq, bytes);
  return bytes;
}

TEST(stream, gives_its_records_to_its_taker_between_other_answers) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("*"));  // Seq 1
  with.submit("join", protocol::join({"a:1"}, false));                 // Seq 3
  with.hear(opened(1) + record(1, 1) + header(3) + num(7) + record(1, 2));
  EXPECT_TRUE(with.only("stream").answered());
  EXPECT_EQ(with.only("join").body, num(7));
  EXPECT_THAT(taker->records, ElementsAre(num(1), num(2)));
  EXPECT_FALSE(with.broken);
}

TEST(stream, is_opened_for_sure_once_the_agent_answers_what_comes_behind_it) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("*"));
  EXPECT_THAT(with.sent(), ::testing::EndsWith(stop_of(2, 2)));
  with.hear(header(1) + record(1, 1));
  EXPECT_THAT(with.of("stream"), IsEmpty());
  with.hear(header(2));
  EXPECT_TRUE(with.only("stream").answered());
  EXPECT_THAT(taker->records, ElementsAre(num(1))) << "what has come before is kept";
}

TEST(stream, confirmed_before_it_is_acknowledged_is_what_no_agent_does) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("*"));
  with.hear(header(2));
  ASSERT_TRUE(with.broken);
  EXPECT_EQ(with.broken->code, errc::protocol_violation);
  EXPECT_THAT(with.broken->message, HasSubstr("answered request 2 before request 1"));
  with.lose(*with.broken);
  EXPECT_EQ(with.only("stream").code(), errc::protocol_violation);
}

TEST(stream, may_be_joined_before_it_is_acknowledged_and_each_waits_for_an_answer_of_its_own) {
  dialogue with;
  with.open();
  const auto first = with.subscribe("first", protocol::stream("user"), 1000, 1s);  // Seq 1, 2
  with.sent();
  const auto second = with.subscribe("second", protocol::stream("user"));  // Seq 3
  EXPECT_EQ(with.sent(), stop_of(3, 3));
  with.pass(1s);
  EXPECT_EQ(with.only("first").code(), errc::timed_out);
  with.talk.leave(*first, with.now);
  with.hear(opened(1));
  EXPECT_THAT(with.of("second"), IsEmpty());
  with.hear(header(3) + record(1, 1));
  EXPECT_TRUE(with.only("second").answered());
  EXPECT_THAT(second->records, ElementsAre(num(1)));
}

TEST(stream, that_is_refused_is_so_for_all_who_have_joined_it) {
  dialogue with;
  with.open();
  with.subscribe("first", protocol::stream("bogus"));
  with.subscribe("second", protocol::stream("bogus"));
  with.hear(header(1, "Invalid event filter"));
  EXPECT_EQ(with.only("first").code(), errc::invalid_event_filter);
  EXPECT_EQ(with.only("second").code(), errc::invalid_event_filter);
  with.hear(header(2) + header(3));
  EXPECT_FALSE(with.broken);
  EXPECT_EQ(with.talk.pending(), 0U);
  with.sent();
  with.subscribe("third", protocol::stream("bogus"));
  EXPECT_THAT(with.sent(), HasSubstr("bogus")) << "and asked anew by the next";
}

TEST(stream, taken_and_left_again_and_again_costs_no_more_each_time) {
  dialogue with(lingering(1h));
  with.open();
  auto taker = with.subscribe("stream", protocol::stream("user"));
  with.hear(opened(1));
  for (int i = 0; i < 200000; ++i) {
    with.talk.leave(*taker, with.now);
    taker = with.subscribe("again", protocol::stream("user"));
  }
  with.talk.leave(*taker, with.now);
  with.sent();
  with.pass(1h);
  EXPECT_EQ(with.sent(), stop_of(3, 1));
}

TEST(stream, that_is_not_opened_for_sure_in_time_times_out) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("*"), 1000, 1s);
  with.hear(header(1));
  with.pass(1s);
  EXPECT_EQ(with.only("stream").code(), errc::timed_out);
  EXPECT_EQ(with.only("stream").why->command, "stream");
}

TEST(stream, that_is_refused_has_no_records) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("bogus"));
  with.hear(header(1, "Invalid event filter") + header(2));
  EXPECT_EQ(with.only("stream").code(), errc::invalid_event_filter);
  with.hear(record(1, 1));
  ASSERT_TRUE(with.broken);
  EXPECT_EQ(with.broken->code, errc::protocol_violation);
  EXPECT_THAT(taker->records, IsEmpty());
}

TEST(stream, answered_with_an_error_once_it_is_open_breaks_the_protocol) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("*"));
  with.hear(opened(1) + header(1, "Stream with given sequence exists"));
  ASSERT_TRUE(with.broken);
  EXPECT_THAT(with.broken->message, HasSubstr("twice"));
}

TEST(stream, nobody_takes_any_more_is_stopped_after_its_time_and_swallows_what_is_left) {
  dialogue with(lingering(5s));
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("*"));
  with.hear(opened(1) + record(1, 1));
  with.sent();
  EXPECT_TRUE(with.talk.leave(*taker, with.now));
  with.hear(record(1, 2));
  with.pass(4s);
  EXPECT_THAT(with.sent(), IsEmpty());
  with.pass(1s);
  EXPECT_EQ(with.sent(), stop_of(3, 1));
  // What the agent had queued comes before its answer to the stop, and after it.
  with.hear(record(1, 3) + header(3) + record(1, 4));
  EXPECT_FALSE(with.broken);
  EXPECT_EQ(with.swallowed, 3);
  EXPECT_THAT(taker->records, ElementsAre(num(1)));
  EXPECT_EQ(with.talk.next_deadline(), time_point::max());
}

TEST(stream, of_the_same_filter_is_shared_and_taken_up_again_while_it_lingers) {
  dialogue with(lingering(5s));
  with.open();
  const auto first = with.subscribe("first", protocol::stream("user"));
  with.hear(opened(1));
  with.sent();
  const auto second = with.subscribe("second", protocol::stream("user"));
  EXPECT_TRUE(with.only("second").answered()) << "at once: the agent streams it already";
  EXPECT_THAT(with.sent(), IsEmpty());
  with.hear(record(1, 1));
  with.talk.leave(*first, with.now);
  with.talk.leave(*second, with.now);
  with.pass(4s);
  const auto third = with.subscribe("third", protocol::stream("user"));
  with.pass(60s);
  with.hear(record(1, 2));
  EXPECT_THAT(with.sent(), IsEmpty());
  EXPECT_THAT(first->records, ElementsAre(num(1)));
  EXPECT_THAT(second->records, ElementsAre(num(1)));
  EXPECT_THAT(third->records, ElementsAre(num(2)));
}

TEST(stream, of_another_filter_is_another_one) {
  dialogue with(lingering(5s));
  with.open();
  with.subscribe("users", protocol::stream("user"));
  with.hear(opened(1));
  with.sent();
  with.subscribe("queries", protocol::stream("query"));
  EXPECT_THAT(with.sent(), Not(IsEmpty()));
  EXPECT_THAT(with.of("queries"), IsEmpty());
}

TEST(stream, that_was_stopped_is_not_taken_up_again) {
  dialogue with(lingering(0s));
  with.open();
  const auto first = with.subscribe("first", protocol::stream("user"));
  with.hear(opened(1));
  with.talk.leave(*first, with.now);
  with.pass(0s);
  with.sent();
  with.subscribe("second", protocol::stream("user"));
  EXPECT_THAT(with.sent(), HasSubstr("stream"));
  EXPECT_THAT(with.of("second"), IsEmpty());
}

TEST(stream, given_up_before_it_was_acknowledged_is_stopped_once_it_is) {
  dialogue with(lingering(0s));
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("*"));
  with.sent();
  with.talk.leave(*taker, with.now);
  with.pass(1s);
  EXPECT_THAT(with.sent(), IsEmpty()) << "there is nothing to stop yet";
  with.hear(opened(1) + record(1, 1));
  with.pass(1s);
  EXPECT_EQ(with.sent(), stop_of(3, 1));
  EXPECT_THAT(taker->records, IsEmpty());
}

TEST(stream, that_timed_out_leaves_a_tombstone_for_its_late_acknowledgement_and_records) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("stream", protocol::stream("*"), 1000, 1s);
  with.pass(1s);
  EXPECT_EQ(with.only("stream").code(), errc::timed_out);
  with.talk.leave(*taker, with.now);
  with.hear(header(1) + record(1, 1));
  EXPECT_FALSE(with.broken);
  EXPECT_EQ(with.swallowed, 1);
}

TEST(stream, tombstones_are_bounded_and_do_not_count_as_calls) {
  dialogue with(lingering(0s, 4));
  with.open();
  std::uint64_t seq = 1;
  for (int i = 0; i < 20; ++i, seq += 3) {
    const auto taker = with.subscribe("s" + std::to_string(i), protocol::stream("user"));
    with.hear(opened(seq));
    with.talk.leave(*taker, with.now);
    with.pass(0s);
    with.hear(header(seq + 2));  // the stop
    ASSERT_TRUE(with.only("s" + std::to_string(i)).answered()) << i;
  }
  EXPECT_EQ(with.talk.pending(), 0U);
  with.hear(record(seq - 12, 1));  // the fourth-last is still known
  EXPECT_FALSE(with.broken);
  with.hear(record(1, 1));
  EXPECT_TRUE(with.broken) << "the first is forgotten";
}

TEST(stream, ends_with_the_connection) {
  dialogue with;
  with.open();
  const auto open = with.subscribe("open", protocol::stream("*"));
  with.hear(opened(1));
  const auto asked = with.subscribe("asked", protocol::stream("user"));
  with.lose();
  ASSERT_TRUE(open->end);
  EXPECT_EQ(open->end->code, errc::connection_lost);
  EXPECT_TRUE(asked->end);
  EXPECT_EQ(with.only("asked").code(), errc::connection_lost);
}

TEST(stream, asked_for_before_the_connection_is_ready_gets_its_records) {
  dialogue with;
  const auto taker = with.subscribe("stream", protocol::stream("*"));
  with.open();
  with.hear(header(1) + record(1, 1));
  EXPECT_THAT(taker->records, ElementsAre(num(1)));
}

TEST(stream, numbers_beyond_2_to_the_63_and_their_wrap_around_are_like_others) {
  auto settings = dialogue::with_agent({});
  settings.first_seq = 0xfffffffffffffffeU;
  dialogue with(settings);
  with.connect();
  with.hear(header(0xfffffffffffffffeU));
  const auto last = with.subscribe("last", protocol::stream("user"));
  const auto first = with.subscribe("first", protocol::stream("query"));
  with.hear(opened(0xffffffffffffffffU) + opened(1) + record(1, 1) +
            record(0xffffffffffffffffU, 2));
  EXPECT_TRUE(with.only("last").answered() && with.only("first").answered());
  EXPECT_THAT(last->records, ElementsAre(num(2)));
  EXPECT_THAT(first->records, ElementsAre(num(1)));
}

}  // namespace
}  // namespace serf::session
