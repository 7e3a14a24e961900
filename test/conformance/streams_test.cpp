// stream: filters, records, what comes together with what, and the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_encoding.hpp>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class streams : public on_every_lone_agent {
 protected:
  std::string refusal(const std::string& filter) {
    return client->error_of("stream", fake_map{{"Type", filter}});
  }
  // Not coalesced: they come at once, and in order.
  void fire(const std::string& name, const fake_value& payload = nullptr) {
    EXPECT_EQ(client->error_of("event", fake_map{{"Name", name}, {"Payload", payload}}), "");
  }
  // The names of the user events of a stream, up to and without "last".
  std::vector<std::string> names(std::uint64_t stream) {
    fire("last");
    std::vector<std::string> result;
    for (const auto& record : client->records_of(
             stream, [](const fake_value& each) { return each["Name"].text() == "last"; })) {
      if (record["Name"].text() != "last") result.push_back(record["Name"].text());
    }
    return result;
  }
};

TEST_P(streams, of_unknown_kinds_are_refused) {
  for (const std::string filter :
       {"nosuch", "User", "user, query", " user", "user,nosuch", "user,", "member", "member-"}) {
    EXPECT_EQ(refusal(filter), "Invalid event filter") << filter;
  }
  for (const std::string filter : {"*", "", "user", "user:", "user:a", "user:a:b", "query",
                                   "query:a", "member-join", "member-leave", "member-failed",
                                   "member-update", "member-reap", "user,query,member-join"}) {
    EXPECT_EQ(refusal(filter), "") << filter;
  }
}

TEST_P(streams, refused_leave_their_seq_free) {
  EXPECT_EQ(refusal("nosuch"), "Invalid event filter");
  client->seq = 0;
  EXPECT_EQ(client->stream("user"), 1U);
}

TEST_P(streams, take_user_events_by_their_whole_name) {
  const auto all = client->stream("user:");
  const auto some = client->stream("user:deploy,user:a:b,user:last");
  for (const auto* name : {"deploy", "deploy2", "Deploy", "a", "a:b"}) fire(name);
  EXPECT_THAT(names(some), ElementsAre("deploy", "a:b"));
  EXPECT_THAT(names(all), ElementsAre("deploy", "deploy2", "Deploy", "a", "a:b"));
}

TEST_P(streams, give_an_event_once_however_many_items_take_it) {
  const auto all = client->stream("user,user:deploy,*");
  fire("deploy");
  EXPECT_THAT(names(all), ElementsAre("deploy"));
}

TEST_P(streams, each_get_their_own_copy) {
  const auto first = client->stream("user");
  const auto second = client->stream("");
  fire("deploy");
  EXPECT_EQ(client->record_of(second)["Name"], "deploy");
  EXPECT_EQ(client->record_of(first)["Name"], "deploy");
}

// Of an empty payload agents up to 0.10.1 make a nil, later ones no bytes: both are none.
TEST_P(streams, give_user_events_as_they_were_sent) {
  const auto events = client->stream("user");
  const std::string name("\xff\0 name", 7);
  fire(name, fake_bytes{std::string("\0\xfe", 2)});
  const auto record = client->record_of(events);
  std::vector<std::string> keys;
  for (const auto& [key, value] : record.map()) keys.push_back(key.text());
  EXPECT_THAT(keys, ElementsAre("Coalesce", "Event", "LTime", "Name", "Payload"));
  EXPECT_EQ(record["Event"], "user");
  EXPECT_EQ(record["Coalesce"], false);
  EXPECT_EQ(record["Name"], name);
  EXPECT_EQ(record["Payload"], (fake_bytes{std::string("\0\xfe", 2)}));

  fire("empty", fake_bytes{});
  const auto empty = client->record_of(events);
  EXPECT_EQ(empty["Payload"].size(), 0U);
  EXPECT_TRUE(empty["Payload"].is_nil() || empty["Payload"].is_bytes());
  EXPECT_EQ(empty["LTime"].number(), record["LTime"].number() + 1);
  fire("none");
  EXPECT_TRUE(client->record_of(events)["Payload"].is_nil());
}

// The clocks of an agent that is new stand at 1, which is what the next is stamped with.
TEST_P(streams, stamp_the_first_event_and_the_first_query_with_1) {
  const auto told = client->stream("user,query");
  fire("deploy");
  const auto event = client->record_of(told);
  EXPECT_EQ(event["Name"], "deploy");
  EXPECT_EQ(event["LTime"], 1);
  EXPECT_EQ(client->error_of("query", fake_map{{"Name", "load"}, {"Timeout", 100000000}}), "");
  const auto query = client->record_of(told);
  EXPECT_EQ(query["Event"], "query");
  EXPECT_EQ(query["LTime"], 1);
  const auto stats = client->answer_to("stats").body;
  EXPECT_EQ(stats["serf"]["event_time"], "2");
  EXPECT_EQ(stats["serf"]["query_time"], "2");
}

// Agents hold such events back for 1 to 3 s, and tell the last of a name. Where they are slow to
// come, they tell others before; but the last one comes, as it was sent.
TEST_P(streams, give_the_last_of_the_events_that_may_be_merged) {
  const auto events = client->stream("user");
  for (const auto* payload : {"v1", "v2", "v3"}) {
    EXPECT_EQ(client->error_of("event", fake_map{{"Name", "deploy"},
                                                 {"Payload", fake_bytes{payload}},
                                                 {"Coalesce", true}}),
              "");
  }
  std::string before;
  for (const auto& record : client->records_of(
           events, [](const fake_value& each) { return each["Payload"] == fake_bytes{"v3"}; })) {
    EXPECT_EQ(record["Name"], "deploy");
    EXPECT_EQ(record["Coalesce"], true);
    EXPECT_LT(before, record["Payload"].bytes());
    before = record["Payload"].bytes();
  }
}

// What the agent has told others. An event that was answered only a moment ago may still be on its
// way inside the agent, and come.
TEST_P(streams, get_nothing_of_before) {
  const auto first = client->stream("user");
  fire("early");
  EXPECT_EQ(client->record_of(first)["Name"], "early");
  EXPECT_THAT(names(client->stream("user")), ElementsAre());
}

TEST_P(streams, with_a_seq_that_streams_are_refused_and_the_first_goes_on) {
  const auto events = client->stream("user");
  client->socket.send(events, "stream", fake_map{{"Type", "query"}});
  EXPECT_EQ(client->socket.read_value(),
            fake_value(fake_map{{"Error", "Stream with given sequence exists"}, {"Seq", events}}));
  EXPECT_THAT(names(events), ElementsAre());
}

TEST_P(streams, end_with_stop_and_their_seq_is_free_again) {
  const auto events = client->stream("user");
  const auto others = client->stream("user");
  EXPECT_EQ(client->error_of("stop", fake_map{{"Stop", events}}), "");
  fire("deploy");
  EXPECT_EQ(client->record_of(others)["Name"], "deploy");
  const auto last = client->seq;
  client->seq = events - 1;
  EXPECT_EQ(refusal("user"), "") << "nothing was heard of the stream but this";
  client->seq = last;
}

TEST_P(streams, through_a_client_are_those_of_the_wire) {
  serf::client serf(client_options(agent().rpc_address()).reconnect(false));
  auto events = serf.stream("user:deploy,query").get();
  serf.event(user_event_request("other").coalesce(false)).get();
  serf.event(user_event_request("deploy").payload("v1").coalesce(false)).get();
  const auto first = events.next_for(10s);
  ASSERT_TRUE(first);
  const auto* event = std::get_if<user_event>(&*first);
  ASSERT_NE(event, nullptr) << to_string(*first);
  EXPECT_EQ(event->name, "deploy");
  EXPECT_EQ(event->payload, "v1");
  EXPECT_FALSE(event->coalesce);
}

SERF_ON_EVERY_AGENT(streams);

}  // namespace
}  // namespace serf::testing
