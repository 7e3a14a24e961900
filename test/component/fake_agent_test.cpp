// How the fake agent starts and ends, and what it has seen in between.
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <serf/testing/fake_agent.hpp>
#include <serf/testing/fake_encoding.hpp>

#include "support/fake_client.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

TEST(fake_agent, asks_for_a_handshake_first) {
  const fake_agent agent;
  fake_client client(agent.host(), agent.port());
  client.send(1, "members");
  EXPECT_EQ(client.read_to_end(), encode_header(1, "Handshake required"));
  EXPECT_EQ(client.state(), fake_client_state::closed);
}

TEST(fake_agent, remembers_requests_and_counts_bytes) {
  const fake_agent agent;
  fake_client client(agent.host(), agent.port());
  client.handshake();
  const auto before = agent.bytes_received();
  EXPECT_FALSE(agent.wait_for_request("event", 0ms));
  const auto header = encode(fake_map{{"Command", "event"}, {"Seq", 7}});
  const auto body = encode(fake_map{{"Name", "e"}, {"Payload", fake_bytes{"p"}}});
  client.send(header + body);
  const auto request = agent.wait_for_request("event", 5s);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->connection, 1U);
  EXPECT_EQ(request->seq, 7U);
  EXPECT_EQ(request->header_bytes, header);
  EXPECT_EQ(request->body_bytes, body);
  EXPECT_EQ(request->body["Payload"], fake_bytes{"p"});
  EXPECT_FALSE(request->body.has("Coalesce"));
  EXPECT_TRUE(agent.wait_for_bytes(before + header.size() + body.size(), 5s));
  EXPECT_FALSE(agent.wait_for_request("event", 0ms, 2));
  EXPECT_EQ(agent.requests().size(), 2U);
}

TEST(fake_agent, counts_connections) {
  const fake_agent agent;
  fake_client client(agent.host(), agent.port());
  const fake_client second(agent.host(), agent.port());
  EXPECT_TRUE(agent.wait_for_connections(2, 5s));
  EXPECT_EQ(agent.connections_open(), 2U);
  client.close();
  EXPECT_TRUE(agent.wait_for_open_connections(1, 5s));
  EXPECT_EQ(agent.connections_accepted(), 2U);
  EXPECT_FALSE(agent.wait_for_connections(3, 0ms));
}

TEST(fake_agent, speaks_something_else_when_told) {
  const fake_agent agent(
      fake_agent_options().greeting("HTTP/1.1 400 Bad Request\r\n\r\n").never_read());
  fake_client client(agent.host(), agent.port());
  EXPECT_EQ(client.read(28), "HTTP/1.1 400 Bad Request\r\n\r\n");
  client.send(0, "handshake", fake_map{{"Version", 1}});
  EXPECT_FALSE(client.hears_something(50ms));
  EXPECT_EQ(agent.bytes_received(), 0U);
}

TEST(fake_agent, listens_on_ipv6) {
  const fake_agent agent(fake_agent_options().address("::1"));
  EXPECT_EQ(agent.address(), "[::1]:" + std::to_string(agent.port()));
  fake_client client(agent.host(), agent.port());
  EXPECT_NO_THROW(client.handshake());
}

TEST(fake_agent, throws_when_it_cannot_listen) {
  EXPECT_THROW(fake_agent(fake_agent_options().address("localhost")), std::invalid_argument);
  EXPECT_THROW(fake_agent(fake_agent_options().address("192.0.2.1")), std::system_error);
  auto nowhere = fake_member("n1");
  nowhere.address = "nowhere";
  EXPECT_THROW(fake_agent(fake_agent_options().member(nowhere)), std::invalid_argument);
}

TEST(fake_agent, ends_at_once_whatever_is_going_on) {
  const auto start = std::chrono::steady_clock::now();
  {
    fake_agent agent;
    agent.on("members").hold();
    agent.send_one_byte_at_a_time(1h);
    fake_client client(agent.host(), agent.port());
    client.send(0, "handshake", fake_map{{"Version", 1}});
    client.send(1, "members");
    agent.wait_for_request("members", 5s);
    agent.freeze();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(fake_agent, is_used_from_many_threads) {
  fake_agent agent;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&agent] {
      for (int round = 0; round < 20; ++round) {
        fake_client client(agent.host(), agent.port());
        client.send(0, "handshake", fake_map{{"Version", 1}});
        client.send(1, "stream", fake_map{{"Type", "*"}});
        client.read(26);
        agent.push_user_event({"e", "p"});
        static_cast<void>(agent.live());
        agent.on("members").once().as_usual();
        if (round % 5 == 0) agent.reset_connections();
        if (round % 7 == 0) agent.accept_connections();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(agent.connections_accepted(), 80U);
}

TEST(fake_agent, forgets_requests_where_it_is_told_to) {
  fake_agent agent(fake_agent_options().forget_requests());
  fake_client client(agent.host(), agent.port());
  client.handshake();
  client.send(1, "members");
  EXPECT_EQ(client.read_error(), "");
  EXPECT_TRUE(agent.requests().empty());
}

}  // namespace
}  // namespace serf::testing
