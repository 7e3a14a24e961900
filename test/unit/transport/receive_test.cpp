#include <algorithm>

#include "listener.hpp"
#include "recorder.hpp"

namespace serf::transport::testing {

namespace {

TEST_F(tcp_link, delivers_what_the_agent_sends) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  peer accepted = agent.accept();
  accepted.send("one");
  ASSERT_TRUE(eventually([&] { return events_.received() == "one"; }));
  accepted.send("two");
  EXPECT_TRUE(eventually([&] { return events_.received() == "onetwo"; }));
}

TEST_F(tcp_link, asks_for_space_only_when_there_is_something_to_read) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  peer accepted = agent.accept();
  settle();
  EXPECT_FALSE(events_.saw("asked"));
  accepted.send("x");
  ASSERT_TRUE(eventually([&] { return events_.saw("received"); }));
  settle();
  const std::vector<std::string> expected{"connected", "asked", "received"};
  EXPECT_EQ(events_.events(), expected);
}

TEST_F(tcp_link, reads_into_the_space_given_however_small) {
  std::string sent;
  for (int i = 0; i < 100000; ++i) sent += std::to_string(i);
  for (const std::size_t space : {1000u, 4096u, 1000000u}) {
    recorder events;
    events.space = space;
    listener agent;
    auto other = io_->make_link(events);
    run_on(*io_, [&] { other->open(agent.target()); });
    peer accepted = agent.accept();
    accepted.send(sent);
    EXPECT_TRUE(eventually([&] { return events.received_size() == sent.size(); }));
    EXPECT_TRUE(events.received() == sent);
    EXPECT_GE(events.count("received"), static_cast<int>(sent.size() / space));
    run_on(*io_, [&] { other.reset(); });
  }
}

TEST_F(tcp_link, says_that_the_agent_closed_the_connection) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  agent.accept().close();
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.failure().code, link_errc::closed_by_agent);
  EXPECT_EQ(events_.failure().reason, "the agent closed the connection");
}

TEST_F(tcp_link, says_that_the_connection_was_reset) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  agent.accept().reset();
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.failure().code, std::errc::connection_reset);
  EXPECT_EQ(events_.failure().reason, "Connection reset by peer");
}

TEST_F(tcp_link, delivers_bytes_that_came_before_the_end) {
  listener agent;
  const std::string sent(100000, 'x');
  events_.space = 1000;
  // The thread is kept busy until both are there, bytes and end.
  std::promise<void> closed;
  events_.when_connected = [&] { closed.get_future().wait(); };
  open(agent.target());
  peer accepted = agent.accept();
  accepted.send(sent);
  accepted.close();
  closed.set_value();
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.received_size(), sent.size());
  EXPECT_EQ(events_.failure().code, link_errc::closed_by_agent);
}

TEST_F(tcp_link, delivers_bytes_that_came_before_a_reset) {
  listener agent;
  const std::string sent(10000, 'x');
  events_.space = 1000;
  std::promise<void> reset;
  events_.when_connected = [&] { reset.get_future().wait(); };
  open(agent.target());
  // Reset earlier, the connection would not even count as one.
  ASSERT_TRUE(eventually([&] { return events_.saw("connected"); }));
  peer accepted = agent.accept();
  accepted.send(sent);
  accepted.reset();
  reset.set_value();
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.received_size(), sent.size());
  EXPECT_EQ(events_.failure().code, std::errc::connection_reset);
}

TEST_F(tcp_link, says_nothing_after_a_failure) {
  listener agent;
  events_.when_failed = [&] {
    link_->arm(clock::now());
    link_->wake();
    link_->await_writable();
  };
  ASSERT_TRUE(connected(agent.target()));
  agent.accept().close();
  ASSERT_TRUE(fails());
  settle();
  EXPECT_EQ(events_.events().back(), "failed");
  EXPECT_EQ(events_.count("failed"), 1);
}

TEST_F(tcp_link, lets_others_have_their_turn_while_bytes_pour_in) {
  listener agent;
  events_.space = 16;
  int reads_since_task = 0;
  int longest = 0;
  std::function<void()> task = [&] {
    longest = std::max(longest, std::exchange(reads_since_task, 0));
    if (events_.received_size() < 100000) io_->post(task);
  };
  events_.when_received = [&] { ++reads_since_task; };
  std::promise<void> sent;
  events_.when_connected = [&] {
    sent.get_future().wait();
    io_->post(task);
  };
  open(agent.target());
  peer accepted = agent.accept();
  accepted.send(std::string(100000, 'x'));
  sent.set_value();
  ASSERT_TRUE(eventually([&] { return events_.received_size() == 100000; }));
  settle();
  EXPECT_LE(run_on(*io_, [&] { return longest; }), 16);
}

}  // namespace

}  // namespace serf::transport::testing
