#include "listener.hpp"
#include "recorder.hpp"

namespace serf::transport::testing {

namespace {

TEST_F(tcp_link, sends_from_any_thread) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  peer accepted = agent.accept();
  const send_result result = link_->send("hello", 5);
  EXPECT_EQ(result.sent, 5u);
  EXPECT_FALSE(result.error);
  EXPECT_EQ(accepted.receive(5), "hello");
}

TEST_F(tcp_link, sends_nothing_unless_connected) {
  EXPECT_EQ(link_->send("x", 1).error, std::errc::not_connected);
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  EXPECT_FALSE(link_->send("x", 1).error);
  run_on(*io_, [&] { link_->close(); });
  EXPECT_EQ(link_->send("x", 1).error, std::errc::not_connected);
}

TEST_F(tcp_link, says_when_it_takes_bytes_again) {
  listener agent;
  agent.set_receive_buffer(16 * 1024);
  ASSERT_TRUE(connected(agent.target()));
  peer accepted = agent.accept();

  const std::string chunk(64 * 1024, 'x');
  std::size_t sent = 0;
  for (;;) {
    const send_result result = link_->send(chunk.data(), chunk.size());
    ASSERT_FALSE(result.error);
    sent += result.sent;
    if (result.sent < chunk.size()) break;  // would block, and did not
  }
  EXPECT_EQ(link_->send("x", 1).sent, 0u);
  run_on(*io_, [&] {
    link_->await_writable();
    link_->await_writable();
  });
  settle();
  EXPECT_FALSE(events_.saw("writable"));

  EXPECT_EQ(accepted.receive(sent).size(), sent);
  ASSERT_TRUE(eventually([&] { return events_.saw("writable"); }));
  settle();
  EXPECT_EQ(events_.count("writable"), 1);
  EXPECT_EQ(link_->send("y", 1).sent, 1u);
  EXPECT_EQ(accepted.receive(1), "y");

  run_on(*io_, [&] { link_->await_writable(); });
  EXPECT_TRUE(eventually([&] { return events_.count("writable") == 2; }));
  accepted.send("still reading");
  EXPECT_TRUE(eventually([&] { return events_.received() == "still reading"; }));
}

// SIGPIPE has its default action here: one would end this process.
TEST_F(tcp_link, gives_an_error_and_no_signal_when_the_agent_has_gone) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  agent.accept().reset();
  ASSERT_TRUE(fails());
  EXPECT_TRUE(link_->send("x", 1).error);
  EXPECT_EQ(link_->send("x", 1).error, std::errc::broken_pipe);
  EXPECT_NE(link_->native_handle(), -1);  // until it is closed
}

}  // namespace

}  // namespace serf::transport::testing
