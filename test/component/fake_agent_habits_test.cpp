// Habits of real agents that no recording shows, or not alone.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include <serf/testing/fake_agent.hpp>
#include <serf/testing/fake_encoding.hpp>

#include "support/fake_client.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

class agent_habits : public ::testing::Test {
 protected:
  agent_habits() { client.handshake(); }

  std::string error_of(const std::string& command, const fake_value& body) {
    client.send(++seq, command, body);
    return client.read_error();
  }
  void expect_hang_up() {
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_EQ(client.state(), fake_client_state::closed);
  }
  // A header of this Seq, and the record behind it.
  fake_value record_of(std::uint64_t of_seq) {
    const auto header = client.read_value();
    return header["Seq"] == fake_value(of_seq) ? client.read_value() : nullptr;
  }

  fake_agent agent{fake_agent_options().quiet_log().members(
      {fake_member("n1", {{"role", "web"}}), fake_member("n2", {{"role", "db"}}, "failed")})};
  fake_client client{agent.host(), agent.port()};
  std::uint64_t seq = 0;
};

TEST_F(agent_habits, a_body_nobody_expects_repeats_the_command) {
  client.send(3, "members", fake_map{{"Name", "n1"}});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client.read_value()["Seq"], 3);
    EXPECT_TRUE(client.read_value().has("Members"));
  }
  EXPECT_FALSE(agent.requests().at(1).misread);
  EXPECT_TRUE(agent.requests().at(2).misread);
}

TEST_F(agent_habits, a_nil_header_is_the_command_without_a_name) {
  client.send(encode(nullptr));
  EXPECT_EQ(client.read_to_end(), encode_header(0, "Unsupported command"));
}

TEST_F(agent_habits, headers_and_bodies_come_in_many_forms) {
  client.send(encode(fake_list{"event", 5}) + encode(fake_list{"name", "payload as text"}));
  EXPECT_EQ(client.read(13), encode_header(5));
  client.send(encode(fake_map{{"Seq", 6}, {"extra", fake_list{1}}, {"Command", "event"}}) +
              encode(fake_map{{"name", "wrong case"}, {"Coalesce", 1}}));
  EXPECT_EQ(client.read(13), encode_header(6));
  client.send("\x82\xa3Seq\xd3" + std::string(7, '\0') + "\x07\xa7" + "Command\xa5" + "event\xc0");
  EXPECT_EQ(client.read(13), encode_header(7));
  const auto greatest = std::numeric_limits<std::uint64_t>::max();
  client.send(greatest, "event", fake_map{{"Payload", fake_list{0, 255}}});
  EXPECT_EQ(client.read_value()["Seq"], greatest);
}

TEST_F(agent_habits, what_cannot_be_decoded_ends_the_connection_without_a_word) {
  const std::vector<std::string> garbage{
      "\xc1",
      encode(7),
      encode("members"),
      encode(fake_map{{"Command", "members"}, {"Seq", -1}}),
      encode(fake_map{{"Command", "members"}, {"Seq", 1.0}}),
      encode(fake_map{{"Command", fake_bytes{"members"}}, {"Seq", 1}}),
      encode(fake_map{{1, "members"}}),
      encode(fake_map{{"Command", "event"}, {"Seq", 1}}) + encode(fake_map{{"Payload", 5}}),
      encode(fake_map{{"Command", "event"}, {"Seq", 1}}) + encode("deploy"),
      encode(fake_map{{"Command", "query"}, {"Seq", 1}}) + encode(fake_map{{"RelayFactor", 256}}),
  };
  for (const auto& bytes : garbage) {
    fake_client one(agent.host(), agent.port());
    one.handshake();
    one.send(bytes);
    EXPECT_EQ(one.read_to_end(), "");
    EXPECT_EQ(one.state(), fake_client_state::closed);
  }
}

TEST_F(agent_habits, it_waits_for_whatever_length_was_announced) {
  client.send(std::string("\xdf\xff\xff\xff\xff\xdb\x7f\xff\xff\xff", 10));
  ASSERT_TRUE(agent.wait_for_bytes(34 + 10, 5s));
  EXPECT_EQ(agent.connections_open(), 1U);
  EXPECT_FALSE(client.hears_something(0ms));
}

TEST_F(agent_habits, half_closed_connections_are_answered_then_closed) {
  client.send(1, "stop", fake_map{{"Stop", 1}});
  client.half_close();
  EXPECT_EQ(client.read_to_end(), encode_header(1));
  EXPECT_EQ(client.state(), fake_client_state::closed);
}

TEST_F(agent_habits, a_client_that_does_not_read_is_answered_when_it_does) {
  constexpr std::size_t count = 4000;
  const fake_map body{{"much", std::string(10000, 'x')}};
  agent.on("stats").reply(body);
  std::string requests;
  for (std::size_t i = 0; i < count; ++i) {
    requests += encode(fake_map{{"Command", "stats"}, {"Seq", 1}});
  }
  client.send(requests);
  client.half_close();
  ASSERT_TRUE(agent.wait_for_request("stats", 20s, 100));
  EXPECT_LT(agent.requests().size(), count) << "no congestion, no test";

  const auto reply = encode_message(1, "", body);
  EXPECT_EQ(client.read_to_end(20s).size(), count * reply.size());
  EXPECT_EQ(agent.requests("stats").size(), count);
}

TEST_F(agent_habits, limits_are_where_those_of_agents_are) {
  const auto event = [&](std::size_t size) {
    return error_of("event",
                    fake_map{{"Name", "e"}, {"Payload", fake_bytes{std::string(size, 'x')}}});
  };
  EXPECT_EQ(event(481), "");
  EXPECT_EQ(event(482), "encoded user event exceeds configured limit of 512 bytes after encoding");
  EXPECT_EQ(event(512), "user event exceeds configured limit of 512 bytes before encoding");

  const auto query = [&](std::size_t size, const fake_list& nodes) {
    return error_of("query", fake_map{{"Name", "q"},
                                      {"FilterNodes", nodes},
                                      {"Payload", fake_bytes{std::string(size, 'x')}}});
  };
  EXPECT_EQ(query(915, {}), "");
  EXPECT_EQ(query(916, {}), "query exceeds limit of 1024 bytes");
  EXPECT_EQ(query(909, {"n2"}), "");
  EXPECT_EQ(query(910, {"n2"}), "query exceeds limit of 1024 bytes");
  EXPECT_EQ(error_of("query", fake_map{{"Name", "_serf_x"}}),
            "Queries cannot contain the '_serf_' prefix");
  EXPECT_EQ(error_of("query", fake_map{{"Name", "_serf_ping"}}), "");

  client.send(++seq, "stream", fake_map{{"Type", "query"}});
  EXPECT_EQ(client.read_error(), "");
  agent.push_query("q");
  record_of(seq);
  const auto respond = [&](std::size_t size) {
    return error_of("respond",
                    fake_map{{"ID", 1}, {"Payload", fake_bytes{std::string(size, 'x')}}});
  };
  EXPECT_EQ(respond(982), "failed to respond to key query: response exceeds limit of 1024 bytes");
  EXPECT_EQ(respond(981), "");
}

TEST_F(agent_habits, tags_that_are_set_and_deleted_are_set) {
  EXPECT_EQ(error_of("tags", fake_map{{"Tags", fake_map{{"role", "cache"}}},
                                      {"DeleteTags", fake_list{"role", "dc"}}}),
            "");
  EXPECT_EQ(agent.members().front().tags, (fake_member::tag_map{{"role", "cache"}}));
}

TEST_F(agent_habits, filters_are_anchored_without_a_group) {
  const auto names = [&](const fake_map& filter) {
    client.send(++seq, "members-filtered", filter);
    EXPECT_EQ(client.read_error(), "");
    std::string result;
    const auto body = client.read_value();
    for (const auto& member : body["Members"].list()) result += member["Name"].text();
    return result;
  };
  EXPECT_EQ(names({{"Name", "n"}}), "");
  EXPECT_EQ(names({{"Name", "n|x"}}), "n1n2");
  EXPECT_EQ(names({{"Status", "failed"}}), "n2");
  EXPECT_EQ(names({{"Tags", fake_map{{"role", "w.*"}}}}), "n1");
  EXPECT_EQ(names({{"Tags", fake_map{{"nosuch", ""}}}}), "n1n2");
  client.send(++seq, "members-filtered", fake_map{{"Name", "(?=x)"}});  // not in RE2
  expect_hang_up();
}

TEST_F(agent_habits, streams_get_what_their_filter_takes_once) {
  EXPECT_EQ(error_of("stream", fake_map{{"Type", "user:deploy,user,member-reap"}}), "");
  EXPECT_EQ(error_of("stream", fake_map{{"Type", "user:a, user:b"}}), "Invalid event filter");
  EXPECT_EQ(agent.live().at(0).argument, "user:deploy,user,member-reap");

  EXPECT_EQ(agent.push_user_event({"deploy"}), 1U);
  EXPECT_EQ(agent.push_member_event("member-leave", agent.members()), 0U);
  EXPECT_EQ(agent.push_query("load"), 0U);
  EXPECT_EQ(record_of(1)["Name"], "deploy");
  client.send(7, "event", fake_map{{"Name", "own"}});  // an agent's own come, too
  EXPECT_EQ(record_of(1)["Name"], "own");
  EXPECT_EQ(client.read_error(), "");
  client.send(8, "force-leave", fake_map{{"Node", "n2"}, {"Prune", true}});
  const auto reap = record_of(1);
  EXPECT_EQ(reap["Event"], "member-reap");
  EXPECT_EQ(reap["Members"].at(0)["Status"], "left");
  EXPECT_EQ(client.read_error(), "");
}

TEST_F(agent_habits, monitors_get_the_backlog_first) {
  agent.push_log("2026/11/25 01:00:00 [DEBUG] agent: too much");
  agent.push_log("2026/11/25 01:00:01 [WARN] agent: before");
  EXPECT_EQ(error_of("monitor", fake_map{{"LogLevel", "Info"}}), "");
  EXPECT_EQ(agent.push_log("2026/11/25 01:00:02 [ERR] agent: after"), 1U);
  EXPECT_EQ(agent.push_log("2026/11/25 01:00:03 [DEBUG] agent: too much"), 0U);
  EXPECT_EQ(record_of(1)["Log"], "2026/11/25 01:00:01 [WARN] agent: before");
  EXPECT_EQ(record_of(1)["Log"], "2026/11/25 01:00:02 [ERR] agent: after");
}

TEST_F(agent_habits, one_client_answers_another_ones_query) {
  EXPECT_EQ(error_of("stream", fake_map{{"Type", "query:load"}}), "");
  fake_client asking(agent.host(), agent.port());
  asking.handshake();
  asking.send(9, "query",
              fake_map{{"Name", "load"}, {"RequestAck", true}, {"Timeout", 3600000000000}});
  EXPECT_EQ(asking.read(13), encode_header(9));
  const auto seen = record_of(1);
  EXPECT_EQ(seen["Event"], "query");
  EXPECT_EQ(error_of("respond", fake_map{{"ID", seen["ID"]}, {"Payload", fake_bytes{"42"}}}), "");
  agent.expire_queries();

  EXPECT_EQ(asking.read(13), encode_header(9));
  EXPECT_EQ(asking.read_value()["From"], "n1");  // n2 has failed
  EXPECT_EQ(asking.read(13), encode_header(9));
  const auto response = asking.read_value();
  EXPECT_EQ(response["Type"], "response");
  EXPECT_EQ(response["Payload"], fake_bytes{"42"});
  EXPECT_EQ(asking.read(13), encode_header(9));
  EXPECT_EQ(asking.read_value()["Type"], "done");
}

TEST_F(agent_habits, queries_are_done_at_their_deadline) {
  client.send(1, "query", fake_map{{"Name", "q"}, {"Timeout", -1}});
  EXPECT_EQ(client.read(13), encode_header(1));
  EXPECT_EQ(record_of(1)["Type"], "done");
  client.send(2, "query", fake_map{{"Name", "q"}, {"Timeout", 20000000}});
  EXPECT_EQ(client.read(13), encode_header(2));
  EXPECT_EQ(record_of(2)["Type"], "done");
  client.send(3, "query",
              fake_map{{"Name", "q"}, {"Timeout", std::numeric_limits<std::int64_t>::max()}});
  EXPECT_EQ(client.read(13), encode_header(3));
  EXPECT_EQ(agent.live().size(), 1U);
}

}  // namespace
}  // namespace serf::testing
