#include <gtest/gtest.h>

#include <thread>

#include <serf/stream.hpp>

#include "records.hpp"

namespace serf::delivery {
namespace {

using namespace std::chrono_literals;

TEST(pull_stream, is_read_with_range_for) {
  const auto queue = std::make_shared<event_queue>(stream_options());
  event_stream stream(queue);
  std::thread pushing([&] {
    push_many(*queue, 1, 3);
    queue->finish({stream_state::done, {}});
  });
  texts seen;
  for (const event& each : stream) seen.push_back(in_short(each));
  EXPECT_EQ(seen, (texts{"1", "2", "3"}));
  EXPECT_EQ(stream.end().state, stream_state::done);
  EXPECT_EQ(stream.counters().delivered, 3U);
  pushing.join();
}

TEST(pull_stream, closes_its_queue_when_it_is_destroyed_or_assigned_to) {
  const auto first = std::make_shared<event_queue>(stream_options());
  const auto second = std::make_shared<event_queue>(stream_options());
  {
    event_stream a(first);
    event_stream b(std::move(a));
    EXPECT_EQ(a.end().state, stream_state::closed);
    EXPECT_TRUE(first->wanted());
    b = event_stream(second);
    EXPECT_FALSE(first->wanted());
    event_stream& itself = b;
    b = std::move(itself);
    EXPECT_TRUE(second->wanted());
  }
  EXPECT_FALSE(second->wanted());
}

TEST(pull_stream, is_at_its_end_once_it_has_ended_and_all_was_taken) {
  const auto queue = std::make_shared<event_queue>(stream_options());
  event_stream stream(queue);
  EXPECT_FALSE(stream.try_next());
  EXPECT_FALSE(stream.at_end());
  push_one(*queue, 1);
  queue->finish({stream_state::done, {}});
  EXPECT_TRUE(stream.end());
  EXPECT_FALSE(stream.at_end()) << "a record is left";
  EXPECT_TRUE(stream.try_next());
  EXPECT_TRUE(stream.at_end());
}

TEST(pull_stream, of_nothing_is_closed) {
  event_stream none;
  EXPECT_TRUE(none.at_end());
  std::vector<event> into;
  EXPECT_FALSE(none.next());
  EXPECT_FALSE(none.next_for(1h));
  EXPECT_FALSE(none.try_next());
  EXPECT_EQ(none.drain(into), 0U);
  EXPECT_EQ(none.native_handle(), -1);
  EXPECT_EQ(none.counters(), stream_counters());
  EXPECT_EQ(none.end().state, stream_state::closed);
  none.request_close();
  for (const event& each : none) ADD_FAILURE() << to_string(each);
}

TEST(pull_stream, brings_lines_and_replies_too) {
  const auto lines = std::make_shared<record_queue<log_entry>>(stream_options());
  std::vector<record_queue<log_entry>::entry> batch;
  batch.push_back({log_line{"", log_level::warn, "agent", "text", "raw", false}, 3});
  lines->push(batch);
  log_stream log(lines);
  EXPECT_EQ(to_string(*log.next()), "raw");

  const auto replies = std::make_shared<record_queue<query_reply>>(stream_options());
  std::vector<record_queue<query_reply>::entry> more;
  more.push_back({query_ack{"a"}, 3});
  replies->push(more);
  query_stream query(replies);
  query.close();
  EXPECT_FALSE(query.next());
  EXPECT_EQ(query.counters().dropped, 1U);
}

}  // namespace
}  // namespace serf::delivery
