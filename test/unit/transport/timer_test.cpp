#include "recorder.hpp"

namespace serf::transport::testing {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST_F(tcp_link, says_when_the_armed_time_has_come) {
  const auto when = clock::now() + milliseconds(30);
  run_on(*io_, [&] { link_->arm(when); });
  ASSERT_TRUE(eventually([&] { return events_.saw("timer"); }));
  EXPECT_GE(clock::now(), when);
  settle();
  EXPECT_EQ(events_.count("timer"), 1);
}

TEST_F(tcp_link, takes_a_time_that_has_passed) {
  run_on(*io_, [&] { link_->arm(clock::now() - hours(1)); });
  EXPECT_TRUE(eventually([&] { return events_.saw("timer"); }));
}

TEST_F(tcp_link, can_be_armed_for_an_earlier_time) {
  run_on(*io_, [&] { link_->arm(clock::now() + hours(1)); });
  run_on(*io_, [&] { link_->arm(clock::now() + milliseconds(10)); });
  EXPECT_TRUE(eventually([&] { return events_.saw("timer"); }));
}

TEST_F(tcp_link, can_be_armed_for_a_later_time) {
  const auto later = clock::now() + milliseconds(60);
  run_on(*io_, [&] {
    link_->arm(clock::now() + milliseconds(10));
    link_->arm(later);
  });
  ASSERT_TRUE(eventually([&] { return events_.saw("timer"); }));
  EXPECT_GE(clock::now(), later);
  settle();
  EXPECT_EQ(events_.count("timer"), 1);
}

// The first time has passed while the thread was busy: its handler is on its way already.
TEST_F(tcp_link, forgets_a_time_that_came_but_was_replaced) {
  recorder busy_events;
  auto busy = io_->make_link(busy_events);
  busy_events.when_timer = [&] { link_->arm(clock::now() + hours(1)); };
  run_on(*io_, [&] {
    const auto soon = clock::now() + milliseconds(5);
    busy->arm(soon);
    link_->arm(soon + std::chrono::microseconds(1));
    serf::testing::wait_until([&] { return clock::now() > soon + milliseconds(5); }, patience);
  });
  ASSERT_TRUE(eventually([&] { return busy_events.saw("timer"); }));
  settle();
  EXPECT_FALSE(events_.saw("timer"));
  run_on(*io_, [&] { busy.reset(); });
}

TEST_F(tcp_link, can_be_disarmed) {
  recorder other_events;
  auto other = io_->make_link(other_events);
  run_on(*io_, [&] {
    const auto soon = clock::now() + milliseconds(20);
    link_->arm(soon);
    other->arm(soon + milliseconds(1));
    link_->arm(clock::time_point::max());
  });
  ASSERT_TRUE(eventually([&] { return other_events.saw("timer"); }));
  EXPECT_FALSE(events_.saw("timer"));
  run_on(*io_, [&] { other.reset(); });
}

TEST_F(tcp_link, can_be_armed_again_when_the_time_has_come) {
  events_.when_timer = [&] {
    if (events_.count("timer") < 5) link_->arm(clock::now() + milliseconds(1));
  };
  run_on(*io_, [&] { link_->arm(clock::now()); });
  EXPECT_TRUE(eventually([&] { return events_.count("timer") == 5; }));
}

}  // namespace

}  // namespace serf::transport::testing
