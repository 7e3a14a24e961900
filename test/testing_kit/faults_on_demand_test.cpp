// What goes wrong between agents and clients beyond single replies: new processes, turned-away
// connections, noise, floods.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include <serf/testing/fake_agent.hpp>
#include <serf/testing/fake_encoding.hpp>

#include "support/fake_client.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

fake_value stream_of(const std::string& filter) { return fake_map{{"Type", filter}}; }

void open_stream(fake_client& client, std::uint64_t seq, const std::string& filter) {
  client.send(seq, "stream", stream_of(filter));
  ASSERT_EQ(client.read_error(), "");
}

std::uint64_t id_of_next_query(fake_client& client) {
  EXPECT_EQ(client.read_error(), "");
  return client.read_value()["ID"].number();
}

TEST(restarted_agent, is_a_new_process_on_the_same_port) {
  fake_agent agent(fake_agent_options().quiet_log());
  fake_client before(agent.host(), agent.port());
  before.handshake();
  open_stream(before, 1, "query");
  agent.push_query("first");
  agent.push_query("second");
  EXPECT_EQ(id_of_next_query(before), 1U);
  EXPECT_EQ(id_of_next_query(before), 2U);
  agent.push_log("2026/11/25 01:23:42 [INFO] agent: of the old process");
  agent.on("stats").reply_error("still told so");

  agent.restart();
  EXPECT_EQ(before.read_to_end(), "");
  EXPECT_EQ(before.state(), fake_client_state::closed);
  EXPECT_TRUE(agent.live().empty());
  EXPECT_EQ(agent.connections_open(), 0U);

  fake_client after(agent.host(), agent.port());
  after.send(1, "members");
  EXPECT_EQ(after.read_error(), "Handshake required") << "nothing of before is left";
  fake_client again(agent.host(), agent.port());
  again.handshake();
  open_stream(again, 1, "query");
  again.send(2, "respond", fake_map{{"ID", 2}, {"Payload", fake_bytes{"late"}}});
  EXPECT_EQ(again.read_error(), "No pending queries matching ID");
  agent.push_query("third");
  EXPECT_EQ(id_of_next_query(again), 1U) << "counted from 1 again";
  again.send(3, "monitor", fake_map{{"LogLevel", "info"}});
  EXPECT_EQ(again.read_error(), "");
  again.send(4, "stats");
  EXPECT_EQ(again.read_value()["Seq"], 4) << "no line of the old process";
}

TEST(restarted_agent, comes_back_from_a_freeze_a_leave_and_a_refusal) {
  fake_agent agent;
  const auto answers = [&] {
    fake_client client(agent.host(), agent.port());
    client.handshake();
    client.send(1, "members");
    const auto error = client.read_error();
    return error + client.read_value()["Members"].at(0)["Status"].text();
  };
  agent.freeze();
  agent.restart();
  EXPECT_EQ(answers(), "alive");
  agent.leave("n1");
  agent.restart();
  EXPECT_EQ(answers(), "alive");
  agent.refuse_connections();
  agent.restart();
  EXPECT_EQ(answers(), "alive");
}

TEST(restarted_agent, may_have_another_key) {
  fake_agent agent(fake_agent_options().auth_key("old"));
  agent.restart_with_key("new");
  fake_client client(agent.host(), agent.port());
  client.handshake();
  client.send(1, "auth", fake_map{{"AuthKey", "old"}});
  EXPECT_EQ(client.read_error(), "Invalid authentication token");
  client.send(2, "auth", fake_map{{"AuthKey", "new"}});
  EXPECT_EQ(client.read_error(), "");
}

TEST(turned_away_connection, is_the_next_one_alone) {
  fake_agent agent;
  fake_client before(agent.host(), agent.port());
  before.handshake();
  agent.refuse_next_connection();
  fake_client away(agent.host(), agent.port());
  EXPECT_EQ(away.read_to_end(), "");
  EXPECT_EQ(away.state(), fake_client_state::reset);
  fake_client next(agent.host(), agent.port());
  next.handshake();
  before.send(1, "members");
  EXPECT_EQ(before.read_error(), "");
}

TEST(noise, is_the_same_for_the_same_seed) {
  fake_agent agent;
  const auto noise = [&](std::uint32_t seed) {
    fake_client client(agent.host(), agent.port());
    client.handshake();
    agent.send_noise(1000, seed);
    return client.read(1000);
  };
  const auto first = noise(1);
  EXPECT_EQ(first.size(), 1000U);
  EXPECT_EQ(noise(1), first);
  EXPECT_NE(noise(2), first);
}

TEST(burst, comes_at_once_and_in_order) {
  fake_agent agent;
  fake_client client(agent.host(), agent.port());
  client.handshake();
  open_stream(client, 1, "user:flood");
  EXPECT_EQ(agent.push_burst(1000, "flood"), 1U);
  for (int i = 1; i <= 1000; ++i) {
    ASSERT_EQ(client.read_error(), "");
    ASSERT_EQ(client.read_value()["Payload"].bytes(), std::to_string(i));
  }
}

TEST(half_a_reply, is_half_of_header_and_body) {
  fake_agent agent;
  for (const auto how : {cut::close, cut::reset}) {
    fake_client client(agent.host(), agent.port());
    client.handshake();
    agent.on("members").once().reply_half(how);
    client.send(1, "members");
    const auto whole = encode_message(1, "", fake_map{{"Members", to_list({fake_member("n1")})}});
    if (how == cut::close) {
      EXPECT_EQ(client.read_to_end(), whole.substr(0, whole.size() / 2));
      EXPECT_EQ(client.state(), fake_client_state::closed);
    } else {
      EXPECT_LE(client.read_to_end().size(), whole.size() / 2);
      EXPECT_EQ(client.state(), fake_client_state::reset);
    }
  }
}

}  // namespace
}  // namespace serf::testing
