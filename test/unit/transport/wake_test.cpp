#include <atomic>
#include <thread>

#include "allocations.hpp"
#include "recorder.hpp"

namespace serf::transport::testing {

namespace {

TEST_F(tcp_link, is_woken) {
  link_->wake();
  EXPECT_TRUE(eventually([&] { return events_.count("woken") == 1; }));
  link_->wake();
  EXPECT_TRUE(eventually([&] { return events_.count("woken") == 2; }));
}

TEST_F(tcp_link, is_woken_once_for_a_burst) {
  run_on(*io_, [&] {
    for (int i = 0; i < 1000; ++i) link_->wake();
  });
  settle();
  EXPECT_EQ(events_.count("woken"), 1);
}

TEST_F(tcp_link, may_be_woken_from_within_being_woken) {
  events_.when_woken = [&] {
    if (events_.count("woken") < 100) link_->wake();
  };
  link_->wake();
  EXPECT_TRUE(eventually([&] { return events_.count("woken") == 100; }));
  settle();
  EXPECT_EQ(events_.count("woken"), 100);
}

TEST_F(tcp_link, loses_no_wake) {
  constexpr int wakes_each = 20000;
  constexpr int threads = 3;
  std::atomic<int> asked{0};  // relaxed: wake() itself must make it visible
  int seen = 0;               // the I/O thread's
  events_.when_woken = [&] { seen = asked.load(std::memory_order_relaxed); };
  std::vector<std::thread> wakers;
  for (int i = 0; i < threads; ++i) {
    wakers.emplace_back([&] {
      for (int j = 0; j < wakes_each; ++j) {
        asked.fetch_add(1, std::memory_order_relaxed);
        link_->wake();
      }
    });
  }
  for (auto& waker : wakers) waker.join();
  settle();
  EXPECT_EQ(run_on(*io_, [&] { return seen; }), threads * wakes_each);
}

// Plain memory: a thread sanitizer would tell if wake() did not order it.
TEST_F(tcp_link, makes_visible_what_happened_before_the_wake) {
  int told = 0;
  int read = 0;
  events_.when_woken = [&] { read = told; };
  for (int i = 1; i <= 200; ++i) {
    told = i;
    link_->wake();
    ASSERT_TRUE(eventually([&] { return events_.count("woken") == i; }));
    ASSERT_EQ(run_on(*io_, [&] { return read; }), i);
  }
}

TEST_F(tcp_link, allocates_nothing_to_wake) {
  for (int i = 1; i <= 20; ++i) {
    const int before = allocations();
    link_->wake();
    link_->wake();
    EXPECT_EQ(allocations(), before);
    ASSERT_TRUE(eventually([&] { return events_.count("woken") >= i; }));
    settle();
  }
}

TEST_F(tcp_link, may_be_woken_when_closed_or_left_without_its_thread) {
  run_on(*io_, [&] { link_->close(); });
  link_->wake();
  settle();
  io_.reset();
  link_->wake();
  link_->wake();
  link_.reset();
  EXPECT_EQ(events_.events(), std::vector<std::string>{});
}

}  // namespace

}  // namespace serf::transport::testing
