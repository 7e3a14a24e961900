// A link that was reset is as new.
#include "listener.hpp"
#include "recorder.hpp"

namespace serf::transport::testing {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST_F(tcp_link, connects_anew_after_a_reset) {
  listener agent;
  for (int i = 1; i <= 20; ++i) {
    open(agent.target());
    ASSERT_TRUE(eventually([&] { return events_.count("connected") == i; }));
    peer accepted = agent.accept();
    EXPECT_EQ(run_on(*io_, [&] { return link_->send("hello", 5); }).sent, 5U);
    EXPECT_EQ(accepted.receive(5), "hello");
    run_on(*io_, [&] { link_->reset(); });
    EXPECT_EQ(link_->native_handle(), -1);
    EXPECT_EQ(run_on(*io_, [&] { return link_->send("more", 4); }).error, std::errc::not_connected);
    EXPECT_EQ(accepted.receive(1), "") << "the end";
  }
  EXPECT_FALSE(events_.saw("failed"));
}

TEST_F(tcp_link, connects_anew_after_it_failed_and_was_reset) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  agent.accept();  // and closes
  ASSERT_TRUE(eventually([&] { return events_.count("failed") == 1; }));
  run_on(*io_, [&] { link_->reset(); });
  open(agent.target());
  EXPECT_TRUE(eventually([&] { return events_.count("connected") == 2; }));
}

TEST_F(tcp_link, can_be_reset_and_opened_in_the_event_that_tells_its_failure) {
  listener agent;
  events_.when_failed = [&] {
    link_->reset();
    if (events_.count("failed") < 20) link_->open(agent.target());
  };
  open(agent.target());
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(eventually([&] { return events_.count("connected") == i; }));
    agent.accept();  // and closes
  }
  EXPECT_TRUE(eventually([&] { return events_.count("failed") == 20; }));
}

TEST_F(tcp_link, hears_nothing_of_a_connection_that_was_reset) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  peer accepted = agent.accept();
  run_on(*io_, [&] {
    accepted.send("for nobody");
    link_->await_writable();
    link_->arm(clock::now());
    link_->reset();
  });
  settle();
  EXPECT_FALSE(events_.saw("received"));
  EXPECT_FALSE(events_.saw("writable"));
  EXPECT_FALSE(events_.saw("timer"));
  EXPECT_FALSE(events_.saw("failed"));
}

TEST_F(tcp_link, keeps_its_timer_and_its_wake_when_it_is_reset) {
  run_on(*io_, [&] {
    link_->open({"127.0.0.1", 1, patience});
    link_->reset();
    link_->arm(clock::now() + milliseconds(5));
  });
  link_->wake();
  EXPECT_TRUE(eventually([&] { return events_.saw("woken") && events_.saw("timer"); }));
  EXPECT_FALSE(events_.saw("failed"));
}

TEST_F(tcp_link, stays_closed_when_it_is_reset) {
  listener agent;
  run_on(*io_, [&] {
    link_->close();
    link_->reset();
    link_->open(agent.target());
    link_->arm(clock::now());
  });
  settle();
  EXPECT_TRUE(events_.events().empty());
}

}  // namespace

}  // namespace serf::transport::testing
