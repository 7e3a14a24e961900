// How an agent reads requests: what it takes, what it takes for something else, and where it hangs
// up without a word.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <serf/testing/fake_encoding.hpp>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using framing = on_every_lone_agent;

TEST_P(framing, echoes_every_seq) {
  for (const std::uint64_t number :
       {std::uint64_t(0), std::uint64_t(1) << 32, (std::uint64_t(1) << 53) + 1,
        std::uint64_t(std::numeric_limits<std::int64_t>::max()), std::uint64_t(1) << 63,
        std::numeric_limits<std::uint64_t>::max()}) {
    client->socket.send(number, "stop", fake_map{{"Stop", 7}});
    const auto header = client->socket.read_value();
    EXPECT_EQ(header, fake_value(fake_map{{"Error", ""}, {"Seq", number}}));
  }
}

TEST_P(framing, takes_keys_in_any_order_and_skips_those_it_does_not_know) {
  client->socket.send(encode(fake_map{{"Seq", 6}, {"extra", fake_list{1}}, {"Command", "stop"}}) +
                      encode(fake_map{{"More", fake_map{{"a", nullptr}}}, {"Stop", 3}}));
  EXPECT_EQ(client->socket.read(13), encode_header(6));
}

// A key in the wrong case is one that it does not know: the event has no name then.
TEST_P(framing, knows_keys_by_their_case_only) {
  const auto events = client->stream("user");
  EXPECT_EQ(client->error_of("event", fake_map{{"name", "deploy"}}), "");
  EXPECT_EQ(client->record_of(events)["Name"], "");
  EXPECT_EQ(client->error_of("event", nullptr), "");
  EXPECT_EQ(client->record_of(events)["Name"], "");
}

TEST_P(framing, takes_lists_for_maps_and_numbers_for_flags) {
  const auto events = client->stream("user");
  const auto sender = connect();
  sender->socket.send(encode(fake_list{"event", 50}) +
                      encode(fake_list{"listed", "payload as text", false}));
  EXPECT_EQ(sender->socket.read(13), encode_header(50));
  const auto listed = client->record_of(events);
  EXPECT_EQ(listed["Name"], "listed");
  EXPECT_EQ(listed["Payload"], fake_bytes{"payload as text"});
  EXPECT_EQ(sender->error_of("event", fake_map{{"Name", "flag"}, {"Coalesce", 0}}), "");
  EXPECT_EQ(client->record_of(events)["Coalesce"], false);
}

TEST_P(framing, keeps_what_a_header_does_not_name) {
  client->socket.send(9, "members");
  client->socket.send(encode(fake_map{{"Seq", 10}}) + encode(fake_map{{"Command", "stats"}}));
  for (const auto& [seq, key] : {std::pair(9, "Members"), {10, "Members"}, {10, "agent"}}) {
    EXPECT_EQ(client->socket.read_value()["Seq"], seq);
    EXPECT_TRUE(client->socket.read_value().has(key));
  }
}

TEST_P(framing, reads_a_body_that_nobody_expects_as_the_next_request) {
  client->socket.send(3, "members", fake_map{{"Name", "n1"}});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client->socket.read_value()["Seq"], 3);
    EXPECT_TRUE(client->socket.read_value().has("Members"));
  }
}

TEST_P(framing, takes_a_nil_header_for_a_command_without_a_name) {
  client->socket.send(encode(nullptr));
  EXPECT_EQ(client->socket.read_to_end(10s), encode_header(0, "Unsupported command"));
}

TEST_P(framing, answers_an_unknown_command_and_hangs_up) {
  for (const std::string command : {"nosuch", "Members", ""}) {
    const auto fresh = connect();
    EXPECT_EQ(fresh->error_of(command), "Unsupported command") << command;
    fresh->expect_end_without_a_word();
  }
}

TEST_P(framing, hangs_up_on_headers_it_cannot_decode) {
  for (const auto& header : std::vector<std::string>{
           "\xc1", encode(1), encode("members"), encode(fake_map{{"Command", 1}, {"Seq", 1}}),
           encode(fake_map{{"Command", "members"}, {"Seq", -1}}),
           encode(fake_map{{"Command", "members"}, {"Seq", 1.5}}),
           encode(fake_map{{"Command", "members"}, {"Seq", "1"}})}) {
    const auto fresh = connect();
    fresh->socket.send(header);
    SCOPED_TRACE(::testing::PrintToString(header));
    fresh->expect_end_without_a_word();
  }
}

TEST_P(framing, hangs_up_on_bodies_it_cannot_decode) {
  const std::vector<std::pair<std::string, fake_value>> requests{
      {"event", 1},
      {"event", "deploy"},
      {"event", fake_map{{"Name", 1}}},
      {"event", fake_map{{"Name", "deploy"}, {"Payload", 1}}},
      {"query", fake_map{{"Name", "load"}, {"RelayFactor", 256}}},
      {"query", fake_map{{"Name", "load"}, {"Timeout", "1s"}}},
      {"join", fake_map{{"Existing", "127.0.0.1"}}},
      {"tags", fake_map{{"Tags", "role"}}},
      {"respond", fake_map{{"ID", -1}}},
  };
  for (const auto& [command, body] : requests) {
    const auto fresh = connect();
    fresh->socket.send(1, command, body);
    SCOPED_TRACE(command + " " + ::testing::PrintToString(body));
    fresh->expect_end_without_a_word();
  }
}

// Whatever length is announced.
TEST_P(framing, waits_for_what_is_announced) {
  for (const std::string& start :
       {std::string("\xdf\xff\xff\xff\xff", 5), std::string("\x82\xa7"
                                                            "Command\xdb\x7f\xff\xff\xff",
                                                            14)}) {
    const auto fresh = connect();
    fresh->socket.send(start);
    EXPECT_EQ(client->answer_to("members").error, "") << "others are served";
    EXPECT_FALSE(fresh->socket.hears_something(0ms));
  }
}

TEST_P(framing, answers_what_it_has_read_before_it_ends_a_half_closed_connection) {
  client->socket.send(1, "stop", fake_map{{"Stop", 3}});
  client->socket.send(2, "stop", fake_map{{"Stop", 3}});
  client->socket.half_close();
  EXPECT_EQ(client->socket.read_to_end(10s), encode_header(1) + encode_header(2));
  EXPECT_EQ(client->socket.state(), fake_client_state::closed);
}

TEST_P(framing, answers_a_long_pipeline_in_order) {
  constexpr std::uint64_t rounds = 300;
  std::string requests;
  const auto add = [&](std::uint64_t seq, const std::string& command) {
    requests += encode(fake_map{{"Command", command}, {"Seq", seq}});
  };
  for (std::uint64_t i = 0; i < rounds; ++i) {
    add(4 * i, "members");
    add(4 * i + 1, "get-coordinate");
    requests += encode(fake_map{{"Node", i % 2 == 0 ? "n1" : "nosuch"}});
    add(4 * i + 2, "stop");
    requests += encode(fake_map{{"Stop", 5}});
    add(4 * i + 3, "members-filtered");
    requests += encode(fake_map{{"Name", "nosuch"}});
  }
  client->socket.send(requests);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    ASSERT_EQ(client->socket.read(encode_header(4 * i).size()), encode_header(4 * i));
    ASSERT_EQ(client->socket.read_value()["Members"].size(), 1U);
    ASSERT_EQ(client->socket.read_value()["Seq"], 4 * i + 1);
    ASSERT_EQ(client->socket.read_value()["Ok"], i % 2 == 0);
    ASSERT_EQ(client->socket.read_value()["Seq"], 4 * i + 2);
    ASSERT_EQ(client->socket.read_value()["Seq"], 4 * i + 3);
    ASSERT_EQ(client->socket.read_value()["Members"], fake_value(fake_list{}));
  }
  EXPECT_EQ(client->socket.unread(), 0U);
}

SERF_ON_EVERY_AGENT(framing);

}  // namespace
}  // namespace serf::testing
