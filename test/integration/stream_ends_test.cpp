// How streams end: refused, lost, closed, and dropped unseen.
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <future>
#include <iterator>
#include <stdexcept>
#include <string>
#include <variant>

#include <serf/client.hpp>

#include "integration/event_storm.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::wait_until;

// What the handlers of a subscription hear of its start and its end.
template <class Handlers>
class told {
 public:
  Handlers handlers() {
    Handlers made;
    made.on_start([this](const result<void>& outcome) { start_.set_value(outcome); });
    made.on_end([this](const stream_end& how) { end_.set_value(how); });
    return made;
  }
  result<void> start() { return start_.get_future().get(); }
  stream_end end() { return end_.get_future().get(); }

 private:
  std::promise<result<void>> start_;
  std::promise<stream_end> end_;
};

class ends : public ::testing::Test {
 protected:
  // How many descriptors this process has.
  static std::ptrdiff_t descriptors() {
    namespace fs = std::filesystem;
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  }

  testing::real_agent agent_;
  serf::client client_{client_options(agent_.rpc_address()).reconnect(false).stream_linger(0s)};
};

TEST_F(ends, what_is_visibly_wrong_with_a_filter_is_refused_at_once) {
  for (const std::string filter : {"bogus", "", "User", "user, query", "user,,query", "user:a,"}) {
    EXPECT_THROW(client_.stream(filter), std::invalid_argument) << filter;
    told<event_handlers> heard;
    auto kept = client_.subscribe(filter, heard.handlers());
    EXPECT_THROW(kept.ready().get(), std::invalid_argument) << filter;
    const auto start = heard.start();
    ASSERT_FALSE(start) << filter;
    EXPECT_EQ(start.error().code, errc::invalid_argument);
    const auto end = heard.end();
    EXPECT_EQ(end.state, stream_state::rejected);
    ASSERT_TRUE(end.failure);
    EXPECT_EQ(end.failure->code, errc::invalid_argument);
    EXPECT_FALSE(kept.active());
  }
  EXPECT_THROW(client_.stream("user", stream_options().max_records(0)), std::invalid_argument);
  EXPECT_THROW(client_.monitor(log_level::info, stream_options().max_bytes(0)),
               std::invalid_argument);
  EXPECT_EQ(client_.members().get().size(), 1U);
}

TEST_F(ends, what_the_agent_refuses_for_want_of_a_key_ends_as_rejected) {
  testing::real_agent guarded(testing::real_agent_options().auth_key("key"));
  serf::client client(guarded.rpc_address());
  EXPECT_THROW(client.stream("user").get(), auth_error);
  EXPECT_THROW(client.monitor().get(), auth_error);
  const auto expect_rejected = [](auto& heard, subscription& kept) {
    EXPECT_THROW(kept.ready().get(), auth_error);
    EXPECT_EQ(heard.start().error().code, errc::auth_required);
    const auto end = heard.end();
    EXPECT_EQ(end.state, stream_state::rejected) << to_string(end);
    EXPECT_EQ(end.failure->code, errc::auth_required);
  };
  told<event_handlers> of_events;
  auto events = client.subscribe("user", of_events.handlers());
  expect_rejected(of_events, events);
  told<log_handlers> of_log;
  auto log = client.monitor(log_level::info, of_log.handlers());
  expect_rejected(of_log, log);
}

TEST_F(ends, stream_of_a_killed_agent_is_lost_and_what_was_queued_stays) {
  auto stream = client_.stream("user:left").get();
  auto empty = client_.stream("user:none").get();
  told<event_handlers> heard;
  auto kept = client_.subscribe("user:none", heard.handlers());
  EXPECT_TRUE(heard.start());
  auto waiting = std::async(std::launch::async, [&] { return empty.next(); });
  testing::fire_numbered(client_, "left", 0, 100);
  ASSERT_TRUE(wait_until([&] { return stream.counters().received == 100; }, 10s));
  EXPECT_EQ(stream.end().state, stream_state::open);
  agent_.kill();
  EXPECT_EQ(waiting.get(), std::nullopt) << "who waits is told";
  int number = 0;
  for (const event& each : stream) {
    EXPECT_EQ(std::get<user_event>(each).payload, std::to_string(number++));
  }
  EXPECT_EQ(number, 100);
  const auto end = heard.end();
  for (const auto& each : {stream.end(), empty.end(), end}) {
    EXPECT_EQ(each.state, stream_state::lost) << to_string(each);
    ASSERT_TRUE(each.failure);
    EXPECT_EQ(each.failure->code, errc::connection_lost);
    EXPECT_NE(each.failure->message.find(agent_.rpc_address()), std::string::npos);
  }
  EXPECT_FALSE(kept.active());
  EXPECT_THROW(client_.stream("user").get(), connection_error);
}

TEST_F(ends, stream_of_a_closed_client_is_closed_and_what_was_queued_stays) {
  auto stream = client_.stream("user:left").get();
  testing::fire_numbered(client_, "left", 0, 10);
  ASSERT_TRUE(wait_until([&] { return stream.counters().received == 10; }, 10s));
  told<event_handlers> heard;
  auto kept = client_.subscribe("user:none", heard.handlers());
  EXPECT_TRUE(heard.start());
  client_.close();
  int taken = 0;
  for (const event& each : stream) taken += std::holds_alternative<user_event>(each) ? 1 : 0;
  EXPECT_EQ(taken, 10);
  EXPECT_EQ(stream.end().state, stream_state::closed);
  EXPECT_EQ(heard.end().state, stream_state::closed);
  try {
    client_.stream("user").get();
    FAIL() << "opened";
  } catch (const connection_error& error) {
    EXPECT_EQ(error.code(), errc::client_closed);
  }
}

TEST_F(ends, stream_closed_by_its_consumer_discards_what_was_queued) {
  auto stream = client_.stream("user:left").get();
  testing::fire_numbered(client_, "left", 0, 10);
  ASSERT_TRUE(wait_until([&] { return stream.counters().received == 10; }, 10s));
  stream.close();
  EXPECT_EQ(stream.next(), std::nullopt);
  EXPECT_EQ(stream.end().state, stream_state::closed);
  EXPECT_EQ(stream.counters().dropped, 10U);
  EXPECT_EQ(client_.members().get().size(), 1U);
}

TEST_F(ends, stream_outlives_its_client_and_the_agent) {
  event_stream stream;
  {
    serf::client passing(agent_.rpc_address());
    stream = passing.stream("user:left").get();
    testing::fire_numbered(passing, "left", 0, 1);
    ASSERT_TRUE(wait_until([&] { return stream.counters().queued == 1; }, 10s));
  }
  agent_.kill();
  EXPECT_TRUE(stream.next());
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.end().state, stream_state::closed);
}

TEST_F(ends, dropped_futures_leave_nothing_behind) {
  const auto goroutines = client_.stats().get().goroutines;
  const auto before = descriptors();
  for (int i = 0; i < 50; ++i) {
    client_.stream("user:dropped-" + std::to_string(i));
    if (i % 10 == 0) client_.monitor();
    client_.query(query_request("dropped").timeout(50ms));
    client_.ask(query_request("dropped").timeout(50ms));
    EXPECT_EQ(client_.members().get().size(), 1U);
  }
  // An agent has a goroutine for each stream, and several for each connection.
  EXPECT_TRUE(
      wait_until([&] { return client_.stats().get().goroutines <= goroutines + 5; }, 20s, 20ms))
      << client_.stats().get().goroutines << ", before: " << goroutines;
  EXPECT_TRUE(wait_until([&] { return descriptors() == before; }, 10s))
      << descriptors() << ", before: " << before;
  auto stream = client_.stream("user:after").get();
  testing::fire_numbered(client_, "after", 0, 1);
  EXPECT_TRUE(stream.next_for(10s));
}

}  // namespace
}  // namespace serf
