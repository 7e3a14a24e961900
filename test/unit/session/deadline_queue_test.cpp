#include "session/deadline_queue.hpp"

#include <gtest/gtest.h>

#include <set>

namespace serf::session {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{};

TEST(deadline_queue, gives_what_is_due_earliest_first) {
  deadline_queue queue;
  queue.push(start + 3s, 3);
  queue.push(start + 1s, 1);
  queue.push(start + 2s, 2);
  EXPECT_EQ(queue.pop_due(start), std::nullopt);
  EXPECT_EQ(queue.pop_due(start + 2s), 1U);
  EXPECT_EQ(queue.pop_due(start + 2s), 2U);
  EXPECT_EQ(queue.pop_due(start + 2s), std::nullopt);
  EXPECT_EQ(queue.pop_due(start + 3s), 3U);
}

TEST(deadline_queue, names_the_next_one_that_still_counts) {
  deadline_queue queue;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    queue.push(start + std::chrono::seconds(seq), seq);
  }
  EXPECT_EQ(queue.next([](std::uint64_t seq) { return seq > 1; }), start + 2s);
  EXPECT_EQ(queue.next([](std::uint64_t) { return false; }), std::nullopt);
}

TEST(deadline_queue, does_not_grow_with_calls_that_were_answered_long_before) {
  deadline_queue queue;
  std::set<std::uint64_t> live;
  const auto is_live = [&](std::uint64_t seq) { return live.count(seq) != 0; };
  for (std::uint64_t seq = 0; seq < 100'000; ++seq) {
    queue.push(start + std::chrono::milliseconds(seq), seq);
    live.insert(seq);
    if (live.size() > 10) live.erase(live.begin());
    queue.sweep(live.size(), is_live);
  }
  EXPECT_LE(queue.size(), 1024U);
  EXPECT_EQ(queue.next(is_live), start + std::chrono::milliseconds(*live.begin()));
}

}  // namespace
}  // namespace serf::session
