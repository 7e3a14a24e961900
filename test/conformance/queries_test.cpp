// query and respond: who acknowledges, who answers, what is refused, and how a query ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <serf/client.hpp>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

fake_value bytes(const std::string& text) { return fake_bytes{text}; }

// Long enough for each node to be heard of, on a busy machine, too.
constexpr std::int64_t timeout = 1000000000;

class queries : public on_every_agent {
 protected:
  void SetUp() override {
    cluster_under_test two;
    two.nodes = {{{"role", "web"}}, {{"role", "db"}}};
    start(two);
    client = connect();
  }

  // Who acknowledged; the last record is checked to be the one and only done.
  std::vector<std::string> acks(fake_map query) {
    query.insert(query.end(), {{"Name", "load"}, {"RequestAck", true}, {"Timeout", timeout}});
    const auto records = client->ask(std::move(query));
    std::vector<std::string> result;
    for (const auto& record : records) {
      if (record["Type"].text() == "ack") result.push_back(record["From"].text());
      EXPECT_EQ(record["Payload"].size(), 0U);
    }
    EXPECT_EQ(result.size() + 1, records.size());
    EXPECT_EQ(records.back()["From"], "");
    return result;
  }

  std::unique_ptr<wire> client;
};

TEST_P(queries, are_acknowledged_by_all_and_done_once) {
  EXPECT_THAT(acks({}), UnorderedElementsAre("n1", "n2"));
  // Behind done comes nothing.
  EXPECT_EQ(client->error_of("stop", fake_map{{"Stop", 1}}), "");
  EXPECT_EQ(client->socket.unread(), 0U);
}

TEST_P(queries, are_not_acknowledged_where_nobody_asked_for_it) {
  const auto records = client->ask({{"Name", "load"}, {"Timeout", timeout / 5}});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0], fake_value(fake_map{{"From", ""}, {"Payload", nullptr}, {"Type", "done"}}));
}

TEST_P(queries, go_to_nodes_by_their_whole_names) {
  EXPECT_THAT(acks({{"FilterNodes", fake_list{"n2"}}}), ElementsAre("n2"));
  EXPECT_THAT(acks({{"FilterNodes", fake_list{"n"}}}), IsEmpty());
  EXPECT_THAT(acks({{"FilterNodes", fake_list{"nosuch", "n1"}}}), ElementsAre("n1"));
  EXPECT_THAT(acks({{"FilterNodes", fake_list{"n1", "n2"}},
                    {"FilterTags", fake_map{{"role", "db"}}},
                    {"RelayFactor", 1}}),
              ElementsAre("n2"))
      << "both filters count, and relayed acks once";
}

TEST_P(queries, go_to_nodes_by_any_part_of_a_tag) {
  EXPECT_THAT(acks({{"FilterTags", fake_map{{"role", "eb"}}}}), ElementsAre("n1"));
  EXPECT_THAT(acks({{"FilterTags", fake_map{{"role", "^w|^d"}}}}),
              UnorderedElementsAre("n1", "n2"));
  EXPECT_THAT(acks({{"FilterTags", fake_map{{"nosuch", "^$"}}}}), UnorderedElementsAre("n1", "n2"));
  EXPECT_THAT(acks({{"FilterTags", fake_map{{"role", R"((?i)\AW\pL)"}}}}), ElementsAre("n1"));
}

TEST_P(queries, with_an_expression_that_does_not_compile_are_taken_and_nobody_answers) {
  for (const auto* expression : {"(", "w**"}) {
    EXPECT_THAT(acks({{"FilterTags", fake_map{{"role", expression}}}}), IsEmpty()) << expression;
  }
}

TEST_P(queries, are_done_at_once_where_the_timeout_is_negative) {
  const auto records = client->ask({{"Name", "load"}, {"RequestAck", true}, {"Timeout", -1}});
  EXPECT_EQ(records.back()["Type"], "done");
}

TEST_P(queries, are_not_cancelled_by_stop) {
  EXPECT_EQ(client->error_of("query", fake_map{{"Name", "load"}, {"Timeout", timeout / 2}}), "");
  const auto query = client->seq;
  EXPECT_EQ(client->error_of("stop", fake_map{{"Stop", query}}), "");
  EXPECT_EQ(client->record_of(query)["Type"], "done");
}

TEST_P(queries, that_are_refused_are_never_done) {
  const fake_value large = fake_map{{"Name", "q"}, {"Payload", bytes(std::string(1024, 'x'))}};
  EXPECT_EQ(client->error_of("query", large), "query exceeds limit of 1024 bytes");
  EXPECT_EQ(client->error_of("query", fake_map{{"Name", "_serf_x"}, {"Timeout", 1}}),
            "Queries cannot contain the '_serf_' prefix");
  // A record of theirs would be read for one of this query, or for the answer to the stop.
  EXPECT_EQ(client->ask({{"Name", "load"}, {"Timeout", timeout / 10}}).size(), 1U);
  EXPECT_EQ(client->error_of("stop", fake_map{{"Stop", 1}}), "");
  EXPECT_EQ(client->socket.unread(), 0U);
}

// Newer agents take it with a nil for a payload only, older ones with no bytes, too.
TEST_P(queries, named_serf_ping_are_taken) {
  const auto records = client->ask(
      {{"Name", "_serf_ping"}, {"Payload", nullptr}, {"RequestAck", true}, {"Timeout", timeout}});
  EXPECT_EQ(records.size(), 3U) << "two acks and done";
}

SERF_ON_EVERY_AGENT(queries);

class responses : public on_every_lone_agent {
 protected:
  void SetUp() override {
    on_every_lone_agent::SetUp();
    asker = connect();
  }

  // The Seq of a query that lives until the case has answered it.
  std::uint64_t ask(const std::string& name, std::int64_t for_so_long = 30 * timeout) {
    EXPECT_EQ(asker->error_of("query", fake_map{{"Name", name},
                                                {"Payload", bytes("how much?")},
                                                {"Timeout", for_so_long}}),
              "");
    return asker->seq;
  }
  std::string respond(wire& from, const fake_value& id, const fake_value& payload) {
    return from.error_of("respond", fake_map{{"ID", id}, {"Payload", payload}});
  }

  std::unique_ptr<wire> asker;
};

constexpr auto unknown = "No pending queries matching ID";
constexpr auto failed = "failed to respond to key query: ";

TEST_P(responses, go_to_who_asked) {
  const auto stream = client->stream("query:load");
  const auto query = ask("load");
  const auto seen = client->record_of(stream);
  std::vector<std::string> keys;
  for (const auto& [key, value] : seen.map()) keys.push_back(key.text());
  EXPECT_THAT(keys, ElementsAre("Event", "ID", "LTime", "Name", "Payload"));
  EXPECT_EQ(seen["Event"], "query");
  EXPECT_EQ(seen["Name"], "load");
  EXPECT_EQ(seen["Payload"], bytes("how much?"));
  EXPECT_EQ(respond(*client, seen["ID"], bytes(std::string("\0\xff", 2))), "");
  const auto response = asker->record_of(query);
  EXPECT_EQ(response["Type"], "response");
  EXPECT_EQ(response["From"], "n1");
  EXPECT_EQ(response["Payload"], bytes(std::string("\0\xff", 2)));
}

TEST_P(responses, may_be_empty) {
  const auto stream = client->stream("query");
  for (const fake_value& none : {fake_value(nullptr), bytes("")}) {
    const auto query = ask("load");
    EXPECT_EQ(respond(*client, client->record_of(stream)["ID"], none), "");
    const auto response = asker->record_of(query);
    EXPECT_EQ(response["Type"], "response");
    EXPECT_EQ(response["From"], "n1");
    EXPECT_EQ(response["Payload"].size(), 0U);
  }
}

TEST_P(responses, are_given_once_by_an_agent_whoever_answers) {
  const auto other = connect();
  const auto streams = {client->stream("query"), client->stream("query:load")};
  const auto elsewhere = other->stream("query");
  ask("load");
  const auto id = client->record_of(*streams.begin())["ID"];
  const auto second_id = client->record_of(*(streams.begin() + 1))["ID"];
  const auto others_id = other->record_of(elsewhere)["ID"];
  EXPECT_NE(id, second_id) << "each stream of a connection has an ID of its own";
  EXPECT_EQ(respond(*client, id, bytes("1")), "");
  for (auto* from : {client.get(), other.get()}) {
    EXPECT_EQ(respond(*from, from == other.get() ? others_id : second_id, bytes("2")),
              failed + std::string("response already sent"));
  }
  EXPECT_EQ(respond(*client, id, bytes("1")), failed + std::string("response already sent"));
}

TEST_P(responses, are_to_ids_that_each_connection_counts_from_1) {
  for (int i = 0; i < 2; ++i) {
    const auto fresh = connect();
    const auto stream = fresh->stream("query");
    for (int id = 1; id <= 3; ++id) {
      ask("load");
      EXPECT_EQ(fresh->record_of(stream)["ID"], id);
    }
    fresh->socket.close();
  }
}

TEST_P(responses, to_what_was_never_asked_here_are_refused) {
  const auto stream = client->stream("query");
  EXPECT_EQ(respond(*client, 1, bytes("42")), unknown);
  ask("load");
  const auto id = client->record_of(stream)["ID"];
  const auto other = connect();
  EXPECT_EQ(respond(*other, id, bytes("42")), unknown) << "the ID of another connection";
  EXPECT_EQ(respond(*client, id.number() + 1, bytes("42")), unknown);
  EXPECT_EQ(respond(*client, id, bytes("42")), "");
}

TEST_P(responses, may_come_when_the_stream_is_stopped) {
  const auto stream = client->stream("query");
  const auto query = ask("load");
  const auto id = client->record_of(stream)["ID"];
  EXPECT_EQ(client->error_of("stop", fake_map{{"Stop", stream}}), "");
  EXPECT_EQ(respond(*client, id, bytes("42")), "");
  EXPECT_EQ(asker->record_of(query)["Payload"], bytes("42"));
}

TEST_P(responses, that_are_too_large_may_be_followed_by_smaller_ones) {
  const auto stream = client->stream("query");
  ask("load");
  const auto id = client->record_of(stream)["ID"];
  EXPECT_EQ(respond(*client, id, bytes(std::string(1024, 'x'))),
            failed + std::string("response exceeds limit of 1024 bytes"));
  EXPECT_EQ(respond(*client, id, bytes(std::string(970, 'x'))), "");
}

TEST_P(responses, to_a_query_that_is_done_are_refused) {
  const auto stream = client->stream("query");
  const auto query = ask("load", timeout / 10);
  const auto id = client->record_of(stream)["ID"];
  EXPECT_EQ(asker->record_of(query)["Type"], "done");
  // The agent forgets the query by a timer of its own.
  std::string error;
  do {
    error = respond(*client, id, bytes("42"));
  } while (error == failed + std::string("response is past the deadline"));
  EXPECT_EQ(error, unknown);
}

TEST_P(responses, through_a_client_are_those_of_the_wire) {
  serf::client serf(client_options(agent().rpc_address()).reconnect(false));
  auto events = serf.stream("query:load").get();
  auto asked = serf.query(query_request("load").timeout(5s)).get();
  const auto event = events.next_for(10s);
  ASSERT_TRUE(event);
  const auto* query = std::get_if<query_event>(&*event);
  ASSERT_NE(query, nullptr);
  EXPECT_THROW(query->respond(std::string(1024, 'x')).get(), agent_error);
  query->respond("0.7").get();
  try {
    query->respond("0.8").get();
    ADD_FAILURE() << "answered twice";
  } catch (const error& why) {
    EXPECT_EQ(why.code(), errc::already_responded);
  }
  const auto response = asked.next_for(10s);
  ASSERT_TRUE(response);
  EXPECT_EQ(*response, (query_stream::value_type(query_response{"n1", "0.7"})));
}

SERF_ON_EVERY_AGENT(responses);

}  // namespace
}  // namespace serf::testing
