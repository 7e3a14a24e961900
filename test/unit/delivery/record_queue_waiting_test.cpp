#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include <serf/error.hpp>

#include "delivery/record_queue.hpp"
#include "records.hpp"

namespace serf::delivery {
namespace {

using namespace std::chrono_literals;

bool readable(int fd) {
  pollfd asked{fd, POLLIN, 0};
  return ::poll(&asked, 1, 0) == 1;
}

TEST(record_queue, wakes_whoever_waits_for_the_next_record) {
  event_queue queue({});
  std::thread pushing([&] {
    for (std::uint64_t i = 0; i < 10000; ++i) push_one(queue, i);
    queue.finish({stream_state::done, {}});
  });
  std::uint64_t expected = 0;
  while (const auto next = queue.next()) EXPECT_EQ(in_short(*next), std::to_string(expected++));
  EXPECT_EQ(expected, 10000U);
  pushing.join();
}

TEST(record_queue, gives_each_record_to_one_of_several_consumers) {
  event_queue queue({});
  constexpr std::uint64_t all = 20000;
  std::array<std::vector<std::uint64_t>, 4> taken;
  std::vector<std::thread> consumers;
  for (auto& mine : taken) {
    consumers.emplace_back([&queue, &mine] {
      while (const auto next = queue.next()) mine.push_back(std::get<user_event>(*next).ltime);
    });
  }
  for (std::uint64_t i = 0; i < all; i += 20) push_many(queue, i, 20);
  queue.finish({stream_state::done, {}});
  for (auto& each : consumers) each.join();
  std::vector<bool> seen(all, false);
  std::uint64_t total = 0;
  for (const auto& mine : taken) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    for (const auto number : mine) {
      EXPECT_FALSE(seen[number]);
      seen[number] = true;
      ++total;
    }
  }
  EXPECT_EQ(total, all);
  EXPECT_EQ(queue.counters().delivered, all);
}

TEST(record_queue, accounts_for_every_record_while_it_overflows_under_its_consumers) {
  for (const auto policy : {overflow_policy::drop_oldest, overflow_policy::drop_newest}) {
    event_queue queue(limited(64, policy));
    std::atomic<std::uint64_t> delivered{0}, missing{0};
    std::vector<std::thread> consumers;
    for (int i = 0; i < 3; ++i) {
      consumers.emplace_back([&] {
        while (const auto next = queue.next()) {
          if (const auto* hole = std::get_if<gap>(&*next)) {
            missing += hole->count;
          } else {
            ++delivered;
          }
        }
      });
    }
    for (std::uint64_t i = 0; i < 51200; i += 128) {
      push_many(queue, i, 128);
      EXPECT_TRUE(adds_up(queue.counters()));
    }
    queue.finish({stream_state::done, {}});
    for (auto& each : consumers) each.join();
    EXPECT_EQ(delivered + missing, 51200U) << to_string(policy);
    EXPECT_EQ(queue.counters().dropped, missing);
  }
}

TEST(record_queue, closed_wakes_all_who_wait) {
  for (int round = 0; round < 50; ++round) {
    event_queue queue({});
    std::atomic<int> started{0};
    std::vector<std::thread> waiters;
    for (int i = 0; i < 4; ++i) {
      waiters.emplace_back([&] {
        ++started;
        EXPECT_FALSE(queue.next());
      });
    }
    while (started < 4) std::this_thread::yield();
    queue.close();
    for (auto& each : waiters) each.join();
  }
}

TEST(record_queue, waits_so_long_at_most_and_takes_any_length_of_time) {
  event_queue queue({});
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(queue.next_for(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  EXPECT_FALSE(queue.next_for(0ns));
  EXPECT_FALSE(queue.next_for(std::chrono::nanoseconds::min()));
  std::thread pushing([&] {
    for (std::uint64_t i = 0; i < 100; ++i) push_one(queue, i);
  });
  for (std::uint64_t i = 0; i < 100; ++i) {
    EXPECT_TRUE(queue.next_for(std::chrono::nanoseconds::max()));
  }
  pushing.join();
}

TEST(record_queue, has_a_descriptor_that_is_readable_exactly_while_there_is_something_to_do) {
  event_queue queue({});
  push_one(queue, 1);
  const int fd = queue.native_handle();
  EXPECT_EQ(queue.native_handle(), fd);
  EXPECT_TRUE(readable(fd)) << "made after the record came";
  queue.try_next();
  EXPECT_FALSE(readable(fd));
  push_many(queue, 2, 3);
  queue.try_next();
  EXPECT_TRUE(readable(fd)) << "two are left";
  std::vector<event> rest;
  queue.drain(rest);
  EXPECT_FALSE(readable(fd));
  queue.push_gap({gap_reason::reconnected, 0});
  EXPECT_TRUE(readable(fd));
  queue.next_for(1s);
  EXPECT_FALSE(readable(fd));
  queue.lose(1);
  EXPECT_TRUE(readable(fd));
  queue.next();
  EXPECT_FALSE(readable(fd));
  queue.finish({stream_state::done, {}});
  EXPECT_TRUE(readable(fd));
  queue.try_next();
  EXPECT_TRUE(readable(fd)) << "the end stays";

  event_queue closed({});
  const int other = closed.native_handle();
  EXPECT_FALSE(readable(other));
  closed.close();
  EXPECT_TRUE(readable(other));
  event_queue overflowing(limited(1, overflow_policy::close));
  push_many(overflowing, 1, 2);
  EXPECT_TRUE(readable(overflowing.native_handle()));
  all_of(overflowing);
  EXPECT_TRUE(readable(overflowing.native_handle()));
}

// A loop of its own waits for records and for a pipe: it is woken by each, misses none, and does
// not spin.
TEST(record_queue, is_waited_for_beside_other_descriptors) {
  constexpr std::uint64_t all = 100000;
  event_queue queue({});
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  std::thread pushing([&] {
    for (std::uint64_t i = 0; i < all; i += 10) push_many(queue, i, 10);
    EXPECT_EQ(::write(ends[1], "x", 1), 1);
  });
  std::array<pollfd, 2> asked{pollfd{queue.native_handle(), POLLIN, 0}, pollfd{ends[0], POLLIN, 0}};
  std::uint64_t seen = 0, wakes = 0;
  bool piped = false;
  while (seen < all || !piped) {
    ASSERT_GT(::poll(asked.data(), asked.size(), 20000), 0) << "a wake was missed after " << seen;
    ++wakes;
    if ((asked[0].revents & POLLIN) != 0) {
      const auto before = seen;
      while (queue.try_next()) ++seen;
      EXPECT_GT(seen, before) << "readable, and nothing there";
    }
    if ((asked[1].revents & POLLIN) != 0) {
      char read = 0;
      EXPECT_EQ(::read(ends[0], &read, 1), 1);
      piped = true;
    }
  }
  EXPECT_EQ(seen, all);
  EXPECT_LE(wakes, all / 10 + 1);
  asked[0].revents = 0;
  EXPECT_EQ(::poll(asked.data(), 1, 0), 0) << "all was taken: nothing to wake up for";
  pushing.join();
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(record_queue, without_descriptors_left_says_so) {
  // The undefined behaviour sanitizer looks at a type it has not seen yet through a pipe: it sees
  // this one while there are descriptors.
  EXPECT_THROW(raise(failure(errc::no_resources, "")), error);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  event_queue queue({});
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  errc code{};
  try {
    queue.native_handle();
  } catch (const error& why) {
    code = why.failure().code;
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(code, errc::no_resources);
  EXPECT_GE(queue.native_handle(), 0) << "asked again it is made";
}

}  // namespace
}  // namespace serf::delivery
