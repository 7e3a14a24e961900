#include "listener.hpp"
#include "recorder.hpp"

namespace serf::transport::testing {

namespace {

// A link that meets every event in turn, until `fatal` ends it.
class fatal_event : public ::testing::TestWithParam<const char*> {
 protected:
  // `end` runs in the event of that name.
  void run_until(std::function<void()> end) {
    const std::string fatal = GetParam();
    for (const auto& [name, hook] :
         {std::pair("connected", &recorder::when_connected),
          std::pair("failed", &recorder::when_failed), std::pair("asked", &recorder::when_asked),
          std::pair("received", &recorder::when_received),
          std::pair("writable", &recorder::when_writable),
          std::pair("woken", &recorder::when_woken), std::pair("timer", &recorder::when_timer)}) {
      if (fatal == name) (*events_).*hook = end;
    }
    listener agent;
    run_on(*io_, [&] { link_->open(agent.target()); });
    peer accepted = agent.accept();
    run_on(*io_, [&] {
      if (!link_) return;  // gone when it was connected
      link_->arm(clock::now());
      link_->wake();
    });
    if (fatal == "writable") {
      ASSERT_TRUE(eventually([&] { return run_on(*io_, [&] { return connected(); }); }));
      run_on(*io_, [&] { link_->await_writable(); });
    }
    accepted.send(std::string(100000, 'x'));
    if (fatal == "failed") accepted.close();
    ASSERT_TRUE(eventually([&] { return run_on(*io_, [&] { return ended_; }); })) << fatal;
    EXPECT_TRUE(accepted.get() == -1 || ends(accepted));
    for (int i = 0; i < 3; ++i) run_on(*io_, [] {});
  }

  bool connected() const { return link_->native_handle() != -1; }

  // It was closed with bytes unread, which the other end sees as a reset.
  static bool ends(peer& other) {
    char byte = 0;
    return poll_for(other.get(), POLLIN, patience) && ::recv(other.get(), &byte, 1, 0) <= 0;
  }

  std::unique_ptr<recorder> events_ = std::make_unique<recorder>();
  std::unique_ptr<io_thread> io_ = start_io_thread();
  std::unique_ptr<link> link_ = io_->make_link(*events_);
  bool ended_ = false;  // the I/O thread's
};

TEST_P(fatal_event, may_close_the_link) {
  run_until([&] {
    link_->close();
    link_->close();
    ended_ = true;
  });
  EXPECT_EQ(events_->events().back(), GetParam());
  EXPECT_EQ(events_->count(GetParam()), 1);
  EXPECT_EQ(link_->native_handle(), -1);
}

TEST_P(fatal_event, may_destroy_the_link_and_its_events) {
  run_until([&] {
    bool& ended = ended_;
    link_.reset();
    events_.reset();
    ended = true;
  });
  EXPECT_FALSE(events_);
}

INSTANTIATE_TEST_SUITE_P(each, fatal_event,
                         ::testing::Values("connected", "failed", "asked", "received", "writable",
                                           "woken", "timer"),
                         [](const auto& event) { return std::string(event.param); });

TEST(io_thread, may_be_destroyed_in_an_event) {
  auto events = std::make_unique<recorder>();
  auto io = start_io_thread();
  auto link = io->make_link(*events);
  std::promise<void> done;
  auto ended = done.get_future();
  events->when_woken = [&] {
    link.reset();
    io.reset();
    done.set_value();
  };
  link->wake();
  ASSERT_EQ(ended.wait_for(patience), std::future_status::ready);
}

TEST_F(tcp_link, hears_nothing_after_close) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  peer accepted = agent.accept();
  std::promise<void> sent;
  io_->post([&] {
    sent.get_future().wait();
    link_->arm(clock::now());
    link_->wake();
    link_->await_writable();
    link_->close();
  });
  accepted.send("too late");
  sent.set_value();
  settle();
  EXPECT_EQ(events_.events(), std::vector<std::string>{"connected"});
}

TEST_F(tcp_link, can_be_closed_before_it_is_connected) {
  listener agent;
  run_on(*io_, [&] {
    link_->open(agent.target());
    link_->close();
  });
  settle();
  EXPECT_EQ(events_.events(), std::vector<std::string>{});
  EXPECT_FALSE(agent.somebody_waits());
}

TEST_F(tcp_link, can_be_closed_while_it_connects) {
  const black_hole hole;
  open(hole.target(patience));
  settle();
  run_on(*io_, [&] { link_->close(); });
  settle();
  EXPECT_EQ(events_.events(), std::vector<std::string>{});
}

TEST_F(tcp_link, may_outlive_the_io_thread) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  peer accepted = agent.accept();
  io_.reset();
  EXPECT_EQ(link_->send("x", 1).sent, 1u);
  link_.reset();
  EXPECT_EQ(accepted.receive(1), "x");
  EXPECT_TRUE(accepted.at_end());
}

}  // namespace

}  // namespace serf::transport::testing
