// What the fake agent is told to do wrong, one fault at a time.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <system_error>

#include <serf/testing/fake_agent.hpp>
#include <serf/testing/fake_encoding.hpp>

#include "support/fake_client.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto silence = 50ms;  // how long nothing must come for it to count as nothing

class faulty_agent : public ::testing::Test {
 protected:
  static std::unique_ptr<fake_client> connect(const fake_agent& agent) {
    auto client = std::make_unique<fake_client>(agent.host(), agent.port());
    client->handshake();
    return client;
  }
  static std::string member_reply(std::uint64_t seq) {
    return encode_message(seq, "", fake_map{{"Members", to_list({fake_member("n1")})}});
  }
  static void expect_end(fake_client& client, fake_client_state how,
                         const std::string& before = "") {
    EXPECT_EQ(client.read_to_end(), before);
    EXPECT_EQ(client.state(), how);
  }

  fake_agent agent{fake_agent_options().quiet_log()};
  std::unique_ptr<fake_client> client = connect(agent);
};

TEST_F(faulty_agent, replies_an_error_as_long_as_told) {
  agent.on("members").once().reply_error("first");
  agent.on("members").times(2).reply_error("next");
  agent.on("members").reply_error("always");
  for (const auto* error : {"first", "next", "next", "always", "always"}) {
    client->send(1, "members");
    EXPECT_EQ(client->read_error(), error);
    EXPECT_EQ(client->read_value()["Members"], fake_list{});
  }
  client->send(2, "stats");
  EXPECT_EQ(client->read_error(), "");
  EXPECT_TRUE(client->read_value().has("agent"));
  agent.on("members").as_usual();
  client->send(3, "members");
  EXPECT_EQ(client->read(member_reply(3).size()), member_reply(3));
}

TEST_F(faulty_agent, replies_errors_with_the_body_agents_send) {
  agent.on_any().reply_error("no");
  client->send(1, "join", fake_map{{"Existing", fake_list{"a:1"}}});
  EXPECT_EQ(client->read_error(), "no");
  EXPECT_EQ(client->read_value()["Num"], 0);
  client->send(2, "list-keys");
  EXPECT_EQ(client->read_error(), "no");
  EXPECT_EQ(client->read_value()["NumNodes"], 0);
  client->send(3, "leave");
  EXPECT_EQ(client->read_error(), "no");
  client->send(4, "leave");  // did not happen
  EXPECT_EQ(client->read_error(), "no");
}

TEST_F(faulty_agent, replies_other_bodies_headers_and_bytes) {
  agent.on("stats").once().reply(fake_map{{"agent", fake_map{}}});
  client->send(1, "stats");
  EXPECT_EQ(client->read_error(), "");
  EXPECT_EQ(client->read_value(), (fake_map{{"agent", fake_map{}}}));

  agent.on("stats").once().reply_header();
  client->send(2, "stats");
  EXPECT_EQ(client->read(13), encode_header(2));

  agent.on("stats").once().reply_raw("\xc1\xc1");
  client->send(3, "stats");
  EXPECT_EQ(client->read(2), "\xc1\xc1");
}

TEST_F(faulty_agent, stays_silent) {
  agent.on("members").once().stay_silent();
  client->send(1, "members");
  client->send(2, "members");
  EXPECT_EQ(client->read(member_reply(2).size()), member_reply(2));
}

TEST_F(faulty_agent, ends_the_connection_instead_of_a_reply) {
  agent.on("members").once().close_connection();
  client->send(1, "members");
  expect_end(*client, fake_client_state::closed);

  client = connect(agent);
  agent.on("members").once().reset_connection();
  client->send(1, "members");
  expect_end(*client, fake_client_state::reset);
}

TEST_F(faulty_agent, holds_answers_until_the_release) {
  agent.on("stats").hold();
  client->send(1, "stats");
  client->send(2, "members");
  ASSERT_TRUE(agent.wait_for_request("stats", 5s));
  const auto other = connect(agent);
  other->send(3, "members");
  EXPECT_EQ(other->read(member_reply(3).size()), member_reply(3));
  EXPECT_FALSE(client->hears_something(silence));
  EXPECT_TRUE(agent.requests("members").size() == 1) << "the other connection's only";

  agent.release();
  EXPECT_EQ(client->read_value()["Seq"], 1);
  EXPECT_TRUE(client->read_value().has("agent"));
  EXPECT_EQ(client->read(member_reply(2).size()), member_reply(2));
  client->send(4, "stats");
  EXPECT_EQ(client->read_error(), "");
}

TEST_F(faulty_agent, drops_what_it_holds_for_a_client_that_is_gone) {
  agent.on("stats").hold();
  client->send(1, "stats");
  ASSERT_TRUE(agent.wait_for_request("stats", 5s));
  client->close();
  EXPECT_TRUE(agent.wait_for_open_connections(0, 5s));
}

TEST_F(faulty_agent, replies_twice_or_for_somebody_else) {
  agent.on("members").once().reply_twice();
  client->send(1, "members");
  EXPECT_EQ(client->read(2 * member_reply(1).size()), member_reply(1) + member_reply(1));
  agent.on("members").once().reply_with_seq(4711);
  client->send(2, "members");
  EXPECT_EQ(client->read(member_reply(4711).size()), member_reply(4711));
}

TEST_F(faulty_agent, cuts_a_reply_short) {
  agent.cut_next_reply_after(20, cut::stop);
  client->send(1, "members");
  client->send(2, "members");
  EXPECT_EQ(client->read(20), member_reply(1).substr(0, 20));
  ASSERT_TRUE(agent.wait_for_request("members", 5s, 2));
  EXPECT_FALSE(client->hears_something(silence));

  client = connect(agent);
  agent.cut_next_reply_after(5, cut::close);
  client->send(1, "members");
  expect_end(*client, fake_client_state::closed, member_reply(1).substr(0, 5));

  client = connect(agent);
  agent.on("members").once().cut_reply_after(0, cut::reset);
  client->send(1, "members");
  expect_end(*client, fake_client_state::reset);
}

TEST_F(faulty_agent, freezes_and_thaws) {
  agent.freeze();
  client->send(1, "members");
  fake_client late(agent.host(), agent.port());  // its kernel accepts
  late.send(0, "handshake", fake_map{{"Version", 1}});
  EXPECT_FALSE(client->hears_something(silence));
  EXPECT_FALSE(late.hears_something(silence));
  EXPECT_EQ(agent.connections_accepted(), 1U);
  agent.thaw();
  EXPECT_EQ(client->read(member_reply(1).size()), member_reply(1));
  EXPECT_EQ(late.read_error(), "");
}

TEST_F(faulty_agent, closes_and_resets_all_connections) {
  auto second = connect(agent);
  agent.close_connections();
  EXPECT_EQ(agent.connections_open(), 0U);
  expect_end(*client, fake_client_state::closed);
  expect_end(*second, fake_client_state::closed);

  fake_client third(agent.host(), agent.port());  // perhaps in the kernel's queue still
  agent.reset_connections();
  expect_end(third, fake_client_state::reset);
}

TEST_F(faulty_agent, closes_frozen_connections_without_a_reset) {
  agent.freeze();
  client->send(1, "members");
  agent.close_connections();
  expect_end(*client, fake_client_state::closed);
}

TEST_F(faulty_agent, refuses_connections_for_a_while) {
  const int port = agent.port();
  agent.refuse_connections();
  agent.refuse_connections();
  EXPECT_THROW(fake_client(agent.host(), port), std::system_error);
  client->send(1, "members");
  EXPECT_EQ(client->read(member_reply(1).size()), member_reply(1));
  agent.accept_connections();
  agent.accept_connections();
  EXPECT_EQ(agent.port(), port);
  EXPECT_NO_THROW(connect(agent));
}

TEST_F(faulty_agent, comes_back_after_a_leave) {
  client->send(1, "leave");
  EXPECT_EQ(client->read_error(), "");
  expect_end(*client, fake_client_state::closed);
  EXPECT_THROW(fake_client(agent.host(), agent.port()), std::system_error);
  EXPECT_EQ(agent.members().front().status, "left");
  agent.accept_connections();
  client = connect(agent);
  EXPECT_EQ(agent.members().front().status, "alive");
}

TEST_F(faulty_agent, sends_one_byte_at_a_time) {
  agent.send_one_byte_at_a_time();
  client->send(1, "members");
  EXPECT_EQ(client->read(member_reply(1).size()), member_reply(1));
  agent.send_one_byte_at_a_time(1ms);
  client->send(2, "stop", fake_map{{"Stop", 9}});
  EXPECT_EQ(client->read(13), encode_header(2));
  agent.send_all_at_once();
  client->send(3, "members");
  EXPECT_EQ(client->read(member_reply(3).size()), member_reply(3));
}

TEST_F(faulty_agent, sends_noise) {
  const auto newest = connect(agent);
  agent.send_raw("a");
  agent.send_raw_to_newest("b");
  agent.send_raw_to(1, "c");
  EXPECT_EQ(client->read(2), "ac");
  EXPECT_EQ(newest->read(2), "ab");
}

TEST_F(faulty_agent, sends_records_after_a_stop) {
  agent.on("stop").send_late_records(2);
  client->send(1, "stream", fake_map{{"Type", "*"}});
  client->send(2, "monitor", fake_map{{"LogLevel", "info"}});
  client->send(3, "stop", fake_map{{"Stop", 1}});
  client->send(4, "stop", fake_map{{"Stop", 2}});
  client->send(5, "stop", fake_map{{"Stop", 9}});
  for (const int seq : {1, 2}) EXPECT_EQ(client->read_value()["Seq"], seq);
  for (const int stop : {3, 4}) {
    EXPECT_EQ(client->read_value()["Seq"], stop);
    for (int record = 0; record < 2; ++record) {
      EXPECT_EQ(client->read_value()["Seq"], stop - 2);
      EXPECT_TRUE(client->read_value().has(stop == 3 ? "Event" : "Log"));
    }
  }
  EXPECT_EQ(client->read_value()["Seq"], 5);
  EXPECT_EQ(agent.push_user_event({"e"}), 0U);
}

TEST_F(faulty_agent, sends_any_record_with_any_seq) {
  EXPECT_TRUE(agent.push_record(1, 99, fake_map{{"Event", "made-up"}}));
  EXPECT_FALSE(agent.push_record(2, 99, nullptr));
  EXPECT_EQ(client->read_value()["Seq"], 99);
  EXPECT_EQ(client->read_value()["Event"], "made-up");
}

}  // namespace
}  // namespace serf::testing
