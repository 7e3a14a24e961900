// What a client says of itself in numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;
using ::testing::HasSubstr;

call_metrics of(const client& asked, const std::string& command) {
  for (const auto& each : asked.metrics().calls) {
    if (each.command == command) return each;
  }
  return {};
}

class metrics : public ::testing::Test {
 protected:
  fake_agent agent_;
  client client_{client_options(agent_.address())
                     .reconnect(reconnect_options().initial_delay(5ms).max_delay(5ms))};
};

TEST_F(metrics, count_each_call_once_by_its_outcome) {
  for (int i = 0; i < 10; ++i) client_.stats().get();
  agent_.on("event").once().reply_error("no");
  EXPECT_THROW(client_.event("a").get(), agent_error);
  agent_.on("event").once().stay_silent();
  EXPECT_THROW(client_.event("b", "", 20ms).get(), timeout_error);
  EXPECT_THROW(client_.event("c", "", call_options(0ms)).get(), error);
  agent_.on("event").once().close_connection();
  EXPECT_THROW(client_.event("d").get(), connection_error);
  client_.close();
  EXPECT_THROW(client_.event("e").get(), error);

  const auto stats = of(client_, "stats"), event = of(client_, "event");
  EXPECT_EQ(stats.succeeded, 10U);
  EXPECT_EQ(stats.latency.total(), 10U);
  EXPECT_GT(stats.latency.quantile(0.5), 0ns);
  EXPECT_EQ(event.succeeded, 0U);
  EXPECT_EQ(event.refused, 1U);
  EXPECT_EQ(event.timed_out, 2U);
  EXPECT_EQ(event.lost, 1U);
  EXPECT_EQ(event.rejected, 1U);
  EXPECT_EQ(event.latency.total(), 1U) << "the agent has answered one";
}

TEST_F(metrics, count_connections_and_why_they_were_lost) {
  client_.ready().get();
  for (std::size_t i = 1; i <= 3; ++i) {
    agent_.close_connections();
    ASSERT_TRUE(testing::wait_until([&] { return client_.metrics().connects == i + 1; }, 20s));
  }
  const auto now = client_.metrics();
  EXPECT_EQ(now.attempts, 4U);
  EXPECT_EQ(now.losses.at(errc::connection_lost), 3U);
  EXPECT_GE(now.bytes_sent, 4U * 20);
  EXPECT_GE(now.bytes_received, 4U * 13) << "four answers to handshakes";
}

TEST_F(metrics, count_what_is_pending_and_the_tombstones_of_what_was_given_up) {
  client_.ready().get();
  agent_.on("stats").stay_silent();
  EXPECT_THROW(client_.stats(20ms).get(), timeout_error);
  auto waiting = client_.stats();
  ASSERT_TRUE(agent_.wait_for_request("stats", 20s, 2));
  EXPECT_EQ(client_.metrics().tombstones, 1U);
  EXPECT_EQ(client_.metrics().pending_calls, 1U);
  client_.close();
  EXPECT_EQ(client_.metrics().pending_calls, 0U);
}

TEST_F(metrics, do_not_take_open_streams_for_pending_calls) {
  const auto events = client_.stream("user").get();
  const auto others = client_.stream("query").get();
  EXPECT_EQ(client_.metrics().pending_calls, 0U);
}

TEST_F(metrics, count_what_no_agent_would_take_in_both_forms_of_a_call) {
  EXPECT_THROW(client_.event("").get(), std::invalid_argument);
  std::promise<errc> told;
  client_.event("", "", [&](const result<void>& done) { told.set_value(done.error().code); });
  EXPECT_EQ(told.get_future().get(), errc::invalid_argument);
  EXPECT_EQ(of(client_, "event").rejected, 2U);
  EXPECT_THROW(client_.ask(query_request("")).get(), std::invalid_argument);
  EXPECT_THROW(client_.query(query_request("")).get(), std::invalid_argument);
  EXPECT_EQ(of(client_, "query").rejected, 2U);
  EXPECT_THROW(client_.stream("no such event").get(), std::invalid_argument);
  EXPECT_EQ(of(client_, "stream").rejected, 1U);
}

TEST_F(metrics, sum_up_streams_that_are_gone_and_those_that_are_there) {
  {
    auto events = client_.stream("user", stream_options().max_records(2)).get();
    for (int i = 0; i < 5; ++i) agent_.push_user_event({"deploy"});
    ASSERT_TRUE(testing::wait_until([&] { return events.counters().received == 5; }, 20s));
    const auto now = client_.metrics().streams;
    EXPECT_EQ(now.live, 1U);
    EXPECT_EQ(now.queued, 2U);
    EXPECT_GT(now.queued_bytes, 0U);
    EXPECT_EQ(now.dropped, 3U);
    EXPECT_EQ(now.gaps, 1U);
    events.next();  // the gap
    events.next();
    EXPECT_EQ(client_.metrics().streams.delivered, 1U);
  }
  ASSERT_TRUE(testing::wait_until([&] { return client_.metrics().streams.live == 0; }, 20s));
  const auto after = client_.metrics().streams;
  EXPECT_EQ(after.received, 5U);
  EXPECT_EQ(after.delivered, 1U);
  EXPECT_EQ(after.dropped, 4U) << "what was queued when it was closed, too";
  EXPECT_EQ(after.queued, 0U);
  EXPECT_EQ(of(client_, "stream").succeeded, 1U);
}

TEST_F(metrics, are_printed_for_people) {
  client_.stats().get();
  const auto text = to_string(client_.metrics());
  EXPECT_THAT(text, HasSubstr("1 attempts, 1 connects"));
  EXPECT_THAT(text, HasSubstr("stats: 1 succeeded, 0 refused"));
}

TEST(a_latency_histogram, gives_the_bound_that_so_many_calls_keep) {
  latency_histogram latency;
  EXPECT_EQ(latency.quantile(0.5), 0ns);
  latency.counts[2] = 98;  // up to 100 us
  latency.counts[5] = 1;   // up to 1 ms
  latency.counts.back() = 1;
  EXPECT_EQ(latency.quantile(0), 100us);
  EXPECT_EQ(latency.quantile(0.5), 100us);
  EXPECT_EQ(latency.quantile(0.99), 1ms);
  EXPECT_EQ(latency.quantile(1), 30s) << "the longest bound";
}

}  // namespace
}  // namespace serf
