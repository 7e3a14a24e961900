#include <netinet/in.h>
#include <netinet/tcp.h>

#include "listener.hpp"
#include "name_service.hpp"
#include "recorder.hpp"
#include "transport/failure_reasons.hpp"

namespace serf::transport::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(tcp_link, connects_to_an_ipv4_address) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  peer accepted = agent.accept();
  EXPECT_EQ(run_on(*io_, [&] { return link_->send("hello", 5); }).sent, 5u);
  EXPECT_EQ(accepted.receive(5), "hello");
}

TEST_F(tcp_link, connects_to_an_ipv6_address) {
  listener agent("::1");
  ASSERT_TRUE(connected(agent.target())) << "does this machine have ::1?";
  agent.accept();
}

TEST_F(tcp_link, takes_an_ipv6_address_with_a_scope) {
  listener agent("::1");
  EXPECT_TRUE(connected({"::1%lo", agent.port(), patience}));
}

TEST_F(tcp_link, never_asks_a_resolver_for_an_address) {
  const int before = lookups();
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  for (const char* host : {"::1", "::1%lo", "fe80::1%nosuch", "fe80::1%7"}) {
    recorder events;
    auto other = io_->make_link(events);
    run_on(*io_, [&] { other->open({host, 1, milliseconds(50)}); });
    EXPECT_TRUE(eventually([&] { return events.saw("failed"); })) << host;
    run_on(*io_, [&] { other.reset(); });
  }
  EXPECT_EQ(lookups(), before);
}

TEST_F(tcp_link, says_that_a_connection_was_refused) {
  const closed_port nobody;
  open(nobody.target());
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.failure().code, std::errc::connection_refused);
  EXPECT_EQ(events_.failure().reason, "Connection refused");
  settle();
  EXPECT_EQ(events_.events(), std::vector<std::string>{"failed"});
}

TEST_F(tcp_link, gives_up_at_the_deadline) {
  const black_hole hole;
  const auto start = clock::now();
  open(hole.target(milliseconds(200)));
  ASSERT_TRUE(fails());
  EXPECT_GE(clock::now() - start, milliseconds(200));
  EXPECT_LT(clock::now() - start, seconds(5));
  EXPECT_EQ(events_.failure().code, std::errc::timed_out);
  EXPECT_EQ(events_.failure().reason, "127.0.0.1: no connection within 200 ms");
}

TEST_F(tcp_link, takes_a_timeout_without_end) {
  listener agent;
  EXPECT_TRUE(connected(agent.target(std::chrono::nanoseconds::max())));
}

TEST_F(tcp_link, tries_the_next_address_when_one_refuses) {
  const auto [agent, nobody] = on_one_port<listener, closed_port>("127.0.0.1", "127.0.0.2");
  define_name("second.test", {"127.0.0.2", "127.0.0.1"});
  EXPECT_TRUE(connected({"second.test", agent.port(), patience}));
}

TEST_F(tcp_link, names_every_address_that_it_tried) {
  const auto [nobody, neither] = on_one_port<closed_port, closed_port>("127.0.0.1", "::1");
  define_name("both.test", {"::1", "127.0.0.1"});
  open({"both.test", nobody.port(), patience});
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.failure().code, std::errc::connection_refused);
  EXPECT_EQ(events_.failure().reason, "::1: Connection refused; 127.0.0.1: Connection refused");
}

TEST_F(tcp_link, leaves_time_for_the_addresses_behind_a_silent_one) {
  const auto [agent, hole] = on_one_port<listener, black_hole>("127.0.0.1", "127.0.0.2");
  define_name("hole-first.test", {"127.0.0.2", "127.0.0.1"});
  const auto start = clock::now();
  EXPECT_TRUE(connected({"hole-first.test", agent.port(), seconds(6)}));
  EXPECT_GE(clock::now() - start, milliseconds(2900));  // half of it
  EXPECT_LT(clock::now() - start, milliseconds(5900));  // not all of it
}

TEST_F(tcp_link, shares_the_time_out_among_silent_addresses) {
  const auto [hole, other] = on_one_port<black_hole, black_hole>("127.0.0.1", "127.0.0.2");
  define_name("holes.test", {"127.0.0.2", "127.0.0.1"});
  open({"holes.test", hole.port(), milliseconds(200)});
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.failure().code, std::errc::timed_out);
  const std::string reason = events_.failure().reason;
  EXPECT_EQ(reason.find("127.0.0.2: no connection within "), 0u) << reason;
  EXPECT_NE(reason.find("; 127.0.0.1: no connection within "), std::string::npos) << reason;
}

// While a port of the ephemeral range has no listener, a connect to it may get that port as its
// own.
TEST(stream_socket, counts_a_connection_to_itself_as_refused) {
  const auto any = *socket_address::numeric("127.0.0.1", 0);
  const stream_socket socket = bound_socket(any);
  const auto itself = *socket_address::numeric("127.0.0.1", port_of(socket.get()));
  ASSERT_EQ(begin_connect(socket.get(), itself), std::error_code());
  EXPECT_EQ(connect_outcome(socket.get()), std::errc::connection_refused);
}

}  // namespace

}  // namespace serf::transport::testing
