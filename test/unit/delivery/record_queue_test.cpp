#include "delivery/record_queue.hpp"

#include <gtest/gtest.h>

#include "records.hpp"

namespace serf::delivery {
namespace {

constexpr auto policies = {overflow_policy::drop_oldest, overflow_policy::drop_newest,
                           overflow_policy::close};

const stream_end lost{stream_state::lost, failure(errc::connection_lost, "gone")};

TEST(record_queue, gives_what_was_pushed_in_order_and_counts_it) {
  event_queue queue({});
  EXPECT_TRUE(push_many(queue, 1, 3));
  EXPECT_EQ(queue.counters(), (stream_counters{3, 0, 0, 3, 3, 3}));
  EXPECT_EQ(all_of(queue), (texts{"1", "2", "3"}));
  EXPECT_EQ(queue.counters(), (stream_counters{3, 3, 0, 0, 0, 3}));
}

TEST(record_queue, leaves_the_batch_empty_and_its_capacity) {
  event_queue queue(limited(2, overflow_policy::drop_oldest));
  std::vector<event_queue::entry> batch;
  batch.reserve(512);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5; ++i) batch.push_back({numbered(1), 1});
    queue.push(batch);
    EXPECT_TRUE(batch.empty());
    EXPECT_EQ(batch.capacity(), 512U);
  }
}

// A consumer that stands still: 200,000 records come for a queue of 1,000.
TEST(record_queue, accounts_for_every_record_whatever_the_policy) {
  for (const auto policy : policies) {
    SCOPED_TRACE(to_string(policy));
    event_queue queue(limited(1000, policy));
    std::uint64_t pushed = 0;
    while (pushed < 200000 && push_many(queue, pushed, 512)) {
      pushed += 512;
      ASSERT_TRUE(adds_up(queue.counters()));
    }
    const auto stalled = queue.counters();
    EXPECT_EQ(stalled.queued, 1000U);
    EXPECT_EQ(stalled.max_queued, 1000U);
    EXPECT_TRUE(adds_up(stalled));

    // Each record is there, or a gap stands for it, at the very place.
    std::uint64_t expected = 0, delivered = 0, missing = 0, gaps = 0;
    while (const auto next = queue.try_next()) {
      if (const auto* hole = std::get_if<gap>(&*next)) {
        EXPECT_GT(hole->count, 0U);
        missing += hole->count;
        expected += hole->count;
        ++gaps;
      } else {
        EXPECT_EQ(std::get<user_event>(*next).ltime, expected);
        ++expected;
        ++delivered;
      }
    }
    const auto counters = queue.counters();
    EXPECT_EQ(gaps, 1U);
    EXPECT_EQ(delivered, 1000U);
    EXPECT_EQ(delivered + missing, counters.received);
    EXPECT_EQ(missing, counters.dropped);
    EXPECT_EQ(counters.delivered, delivered);
    EXPECT_TRUE(adds_up(counters));
  }
}

TEST(record_queue, drops_the_oldest_with_one_gap_at_the_head_that_grows_until_taken) {
  event_queue queue(limited(3, overflow_policy::drop_oldest));
  push_many(queue, 1, 5);
  push_one(queue, 6);
  EXPECT_EQ(in_short(*queue.try_next()), "gap 3");
  push_one(queue, 7);
  EXPECT_EQ(all_of(queue), (texts{"gap 1", "5", "6", "7"}));
}

TEST(record_queue, drops_the_newest_with_a_gap_behind_the_last_accepted_one) {
  event_queue queue(limited(2, overflow_policy::drop_newest));
  push_many(queue, 1, 4);
  push_one(queue, 5);
  EXPECT_EQ(in_short(*queue.try_next()), "1");
  push_many(queue, 6, 2);
  EXPECT_EQ(all_of(queue), (texts{"2", "gap 3", "6", "gap 1"}));
}

TEST(record_queue, ends_at_its_limit_and_keeps_what_is_queued) {
  event_queue queue(limited(2, overflow_policy::close));
  EXPECT_TRUE(push_many(queue, 1, 2));
  EXPECT_TRUE(queue.wanted());
  EXPECT_FALSE(push_many(queue, 3, 4));
  EXPECT_FALSE(queue.wanted());
  EXPECT_EQ(queue.end().state, stream_state::overflow);
  ASSERT_TRUE(queue.end().failure);
  EXPECT_EQ(queue.end().failure->code, errc::overloaded);
  EXPECT_NE(queue.end().failure->message.find("max_records allows, 2 records"), std::string::npos)
      << queue.end().failure->message;
  EXPECT_EQ(queue.counters(), (stream_counters{6, 0, 4, 2, 2, 2, 1}));
  EXPECT_FALSE(push_one(queue, 7));
  EXPECT_EQ(queue.counters().received, 6U) << "what comes later is nobody's";
  EXPECT_EQ(all_of(queue), (texts{"1", "2", "gap 4"}));
}

TEST(record_queue, names_the_limit_on_bytes_when_that_one_is_reached) {
  event_queue queue(stream_options().max_bytes(10).overflow(overflow_policy::close));
  push_one(queue, 1, 6);
  EXPECT_FALSE(push_one(queue, 2, 6));
  EXPECT_NE(queue.end().failure->message.find("max_bytes allows, 10 bytes"), std::string::npos);
}

TEST(record_queue, keeps_the_limit_on_bytes) {
  event_queue queue(stream_options().max_bytes(10));
  for (std::uint64_t i = 1; i <= 4; ++i) push_one(queue, i, 3);
  EXPECT_EQ(queue.counters().bytes, 9U);
  push_one(queue, 5, 10);  // takes the room of three
  EXPECT_EQ(queue.counters(), (stream_counters{5, 0, 4, 1, 10, 3, 1}));
  EXPECT_EQ(all_of(queue), (texts{"gap 4", "5"}));
  EXPECT_EQ(queue.counters().bytes, 0U);
}

TEST(record_queue, drops_a_record_over_the_limit_where_it_would_have_stood) {
  for (const auto policy : policies) {
    event_queue queue(stream_options().max_bytes(10).overflow(policy));
    push_one(queue, 1, 1);
    EXPECT_TRUE(push_one(queue, 2, 11)) << to_string(policy);
    push_one(queue, 3, 1);
    push_one(queue, 4, std::numeric_limits<std::size_t>::max());
    EXPECT_EQ(queue.counters(), (stream_counters{4, 0, 2, 2, 2, 2, 2}));
    EXPECT_EQ(all_of(queue), (texts{"1", "gap 1", "3", "gap 1"}));
  }
}

TEST(record_queue, keeps_at_least_one_record) {
  event_queue queue(stream_options().max_records(0).max_bytes(0));
  push_many(queue, 1, 2);
  EXPECT_EQ(all_of(queue), (texts{"gap 1", "2"}));
}

TEST(record_queue, neither_counts_gaps_nor_drops_them) {
  event_queue queue(limited(1, overflow_policy::drop_newest));
  push_one(queue, 1);
  queue.push_gap({gap_reason::reconnected, 0});
  queue.push_gap({gap_reason::reconnected, 0});
  push_one(queue, 2);
  queue.push_gap({gap_reason::agent_dropped, 7});
  EXPECT_EQ(queue.counters(), (stream_counters{2, 0, 1, 1, 1, 1, 3}));
  EXPECT_EQ(all_of(queue), (texts{"1", "reconnected", "gap 1", "agent 7"}));
  EXPECT_EQ(queue.counters().delivered, 1U);
}

TEST(record_queue, merges_gaps_before_a_dropped_record_into_the_one_that_stands_for_it) {
  event_queue queue(limited(2, overflow_policy::drop_oldest));
  queue.push_gap({gap_reason::agent_dropped, 5});
  push_one(queue, 1);
  queue.push_gap({gap_reason::reconnected, 0});
  push_many(queue, 2, 2);
  EXPECT_EQ(all_of(queue), (texts{"gap 6", "reconnected", "2", "3"}));
  push_one(queue, 4);
  queue.push_gap({gap_reason::reconnected, 0});
  push_many(queue, 5, 3);
  EXPECT_EQ(all_of(queue), (texts{"gap 2", "6", "7"}));
}

TEST(record_queue, merges_gaps_of_reconnections_into_the_one_of_what_was_dropped_in_between) {
  for (const auto policy : {overflow_policy::drop_newest, overflow_policy::drop_oldest}) {
    event_queue queue(stream_options().max_records(1).max_bytes(10).overflow(policy));
    push_one(queue, 1);
    for (std::uint64_t i = 2; i < 7; ++i) {
      queue.push_gap({gap_reason::reconnected, 0});
      push_one(queue, i, 11);
    }
    EXPECT_EQ(queue.counters().gaps, 2U) << to_string(policy);
    EXPECT_EQ(all_of(queue), (texts{"1", "reconnected", "gap 5"})) << to_string(policy);
  }
  event_queue queue(limited(1, overflow_policy::drop_newest));
  push_many(queue, 1, 2);
  for (std::uint64_t i = 3; i < 8; ++i) {
    queue.push_gap({gap_reason::reconnected, 0});
    push_one(queue, i);
  }
  EXPECT_EQ(all_of(queue), (texts{"1", "gap 6"}));
}

TEST(record_queue, has_one_gap_at_the_head_also_where_nothing_stood_between_two) {
  event_queue queue(stream_options().max_records(1).max_bytes(10));
  push_one(queue, 1);
  push_one(queue, 2, 11);
  push_one(queue, 3);
  EXPECT_EQ(all_of(queue), (texts{"gap 2", "3"}));
  EXPECT_TRUE(adds_up(queue.counters()));
}

TEST(record_queue, puts_a_gap_for_what_was_lost) {
  event_queue queue({});
  push_one(queue, 1);
  queue.lose(3);
  queue.lose(1);
  push_one(queue, 5);
  EXPECT_EQ(queue.counters(), (stream_counters{6, 0, 4, 2, 2, 2, 1}));
  EXPECT_EQ(all_of(queue), (texts{"1", "gap 4", "5"}));
}

TEST(record_queue, finished_gives_what_is_queued_and_then_nothing) {
  event_queue queue({});
  push_one(queue, 1);
  queue.finish(lost);
  queue.finish({stream_state::done, {}});
  queue.push_gap({gap_reason::reconnected, 0});
  queue.lose(1);
  EXPECT_FALSE(push_one(queue, 2));
  EXPECT_EQ(queue.end().state, stream_state::lost);
  EXPECT_FALSE(queue.at_end());
  EXPECT_EQ(in_short(*queue.next()), "1");
  EXPECT_TRUE(queue.at_end());
  EXPECT_FALSE(queue.next());
  EXPECT_FALSE(queue.next_for(std::chrono::hours(1)));
  EXPECT_TRUE(adds_up(queue.counters()));
}

TEST(record_queue, finished_at_once_discards_what_is_queued) {
  event_queue queue({});
  push_many(queue, 1, 3);
  queue.lose(1);
  queue.finish({stream_state::done, {}});
  queue.finish_now(lost);
  EXPECT_EQ(queue.end().state, stream_state::done) << "the first one wins";
  EXPECT_EQ(queue.counters(), (stream_counters{4, 0, 4, 0, 0, 3, 1}));
  EXPECT_FALSE(queue.next());
}

TEST(record_queue, closed_discards_what_is_queued_and_tells_the_feed_once) {
  event_queue queue({});
  int told = 0;
  auto captured = std::make_shared<int>(7);
  const std::weak_ptr<int> watching = captured;
  queue.on_close([&told, captured = std::move(captured)] { ++told; });
  push_many(queue, 1, 3);
  queue.close();
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(watching.expired());
  queue.close();
  EXPECT_EQ(told, 1);
  EXPECT_EQ(queue.end().state, stream_state::closed);
  EXPECT_EQ(queue.counters(), (stream_counters{3, 0, 3, 0, 0, 3}));
  EXPECT_FALSE(queue.next());
  EXPECT_FALSE(queue.wanted());
  EXPECT_FALSE(push_one(queue, 4));
}

TEST(record_queue, closed_after_its_end_tells_the_feed_and_keeps_the_reason) {
  event_queue queue({});
  int told = 0;
  queue.on_close([&told] { ++told; });
  queue.finish(lost);
  EXPECT_EQ(told, 0);
  queue.close();
  EXPECT_EQ(told, 1);
  EXPECT_EQ(queue.end().state, stream_state::lost);
}

TEST(record_queue, says_when_there_is_something_to_do_again) {
  event_queue queue({});
  int told = 0;
  queue.on_ready([&] {
    ++told;
    queue.counters();  // no lock is held
  });
  push_many(queue, 1, 2);
  push_one(queue, 3);
  EXPECT_EQ(told, 1);
  all_of(queue);
  queue.push_gap({gap_reason::reconnected, 0});
  EXPECT_EQ(told, 2);
  all_of(queue);
  queue.lose(1);
  EXPECT_EQ(told, 3);
  queue.finish(lost);
  EXPECT_EQ(told, 3) << "there is something to do already";
  event_queue ended({});
  ended.on_ready([&] { ++told; });
  ended.finish(lost);
  ended.finish_now(lost);
  EXPECT_EQ(told, 4);
}

TEST(record_queue, drained_gives_all_at_once_with_its_gaps) {
  event_queue queue(limited(2, overflow_policy::drop_oldest));
  push_many(queue, 1, 3);
  queue.lose(2);
  std::vector<event> into{numbered(0)};
  EXPECT_EQ(queue.drain(into), 4U);
  texts seen;
  for (const auto& each : into) seen.push_back(in_short(each));
  EXPECT_EQ(seen, (texts{"0", "gap 1", "2", "3", "gap 2"}));
  EXPECT_EQ(queue.drain(into), 0U);
  EXPECT_EQ(queue.counters(), (stream_counters{5, 2, 3, 0, 0, 2, 2}));
}

}  // namespace
}  // namespace serf::delivery
