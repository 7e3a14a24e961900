// Queries and logs: what comes of them until they are over, and when they are given up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dialogue.hpp"

namespace serf::session {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

// A record that is a body of its own: {"Num": n}.
std::string record(std::uint64_t seq, int n) { return header(seq) + num(n); }

conversation_settings lingering(std::chrono::nanoseconds time, std::size_t most = 65536) {
  auto settings = dialogue::with_agent({});
  settings.stream_linger = time;
  settings.max_calls = settings.most_stopped = most;
  return settings;
}

TEST(monitor, that_nobody_takes_any_more_ends_its_connection) {
  dialogue with(lingering(5s));
  with.open();
  const auto taker = with.subscribe("monitor", protocol::monitor(log_level::info));
  with.hear(header(1));
  with.talk.leave(*taker, with.now);
  with.pass(0s);
  ASSERT_TRUE(with.broken);
  EXPECT_EQ(with.broken->code, errc::client_closed);
}

TEST(query, is_over_with_the_record_that_says_so) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("query", protocol::query("load"), 2);  // the second is the last
  with.hear(header(1) + record(1, 1) + record(1, 2));
  EXPECT_THAT(taker->records, ElementsAre(num(1), num(2)));
  EXPECT_EQ(with.talk.pending(), 0U);
  with.hear(record(1, 3));
  EXPECT_TRUE(with.broken) << "nothing comes after the done";
}

TEST(query, given_up_before_its_acknowledgement_is_read_to_its_end) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("query", protocol::query("load"), 2, 1s);
  with.pass(1s);
  EXPECT_EQ(with.only("query").code(), errc::timed_out);
  with.hear(header(1) + record(1, 1) + record(1, 2));
  EXPECT_FALSE(with.broken);
  EXPECT_EQ(with.talk.pending(), 0U);
}

TEST(query, that_is_not_done_in_time_is_told_so_once_and_goes_on) {
  dialogue with;
  with.open();
  const auto taker = with.subscribe("query", protocol::query("load"), 2);
  with.hear(header(1));
  with.talk.expire_at(*taker, with.now + 3s);
  with.pass(2s);
  EXPECT_EQ(taker->expiries, 0);
  with.pass(1s);
  with.pass(10s);
  EXPECT_EQ(taker->expiries, 1);
  with.hear(record(1, 1) + record(1, 2));
  EXPECT_FALSE(with.broken);
  EXPECT_EQ(with.talk.pending(), 0U);
}

TEST(queries, past_the_limit_of_calls_are_refused) {
  dialogue with(lingering(0s, 2));
  with.open();
  with.subscribe("a", protocol::query("load"));
  with.subscribe("b", protocol::query("load"));
  with.hear(header(1) + header(2));
  with.subscribe("c", protocol::query("load"));
  EXPECT_EQ(with.only("c").code(), errc::overloaded);
}

}  // namespace
}  // namespace serf::session
