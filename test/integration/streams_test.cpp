// Events of every kind, as a stream and to handlers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <serf/client.hpp>

#include "integration/event_storm.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"
#include "support/real_cluster.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::wait_until;

class member_stream : public ::testing::Test {
 protected:
  // The event of that kind that tells of that node; others may come before it.
  member next(member_event_kind kind, const std::string& name, const tag_map* tags = nullptr) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto next = stream_.next_for(1s);
      if (!next) continue;
      const auto& event = std::get<member_event>(*next);
      for (const member& each : event.members) {
        if (event.kind != kind || each.name != name) continue;
        if (tags == nullptr || each.tags == *tags) return each;
      }
    }
    ADD_FAILURE() << "no " << kind << " of " << name;
    return {};
  }
  member listed(const std::string& name) {
    const auto members = client_.members(member_filter().name(exact(name))).get();
    return members.size() == 1 ? members[0] : member{};
  }

  testing::real_cluster cluster_{3};
  serf::client client_{cluster_.agent(0).rpc_address()};
  event_stream stream_ =
      client_
          .stream({"member-join", "member-leave", "member-failed", "member-update", "member-reap"})
          .get();
};

TEST_F(member_stream, tells_all_of_a_node_that_joins_changes_its_tags_and_leaves) {
  auto& fourth = cluster_.add({{"role", "web"}, {"dc", "east"}});
  const auto joined = next(member_event_kind::join, "n4");
  EXPECT_EQ(joined.endpoint(), fourth.gossip_address());
  EXPECT_EQ(joined.tags, tag_map({{"dc", "east"}, {"role", "web"}}));
  EXPECT_EQ(joined.status, member_status::alive);
  EXPECT_EQ(joined, listed("n4")) << "the protocol's versions, too";

  serf::client its(fourth.rpc_address());
  its.tags(tag_changes().set("role", "db").remove("dc")).get();
  const tag_map changed({{"role", "db"}});
  const auto updated = next(member_event_kind::update, "n4", &changed);
  EXPECT_EQ(updated, listed("n4"));

  its.leave().get();
  const auto left = next(member_event_kind::leave, "n4");
  EXPECT_EQ(left.status, member_status::left);
  EXPECT_EQ(left.tags, changed);
  EXPECT_EQ(left.endpoint(), fourth.gossip_address());
}

TEST_F(member_stream, tells_of_a_node_that_fails_and_is_forgotten) {
  cluster_.agent(2).kill();
  const auto failed = next(member_event_kind::failed, "n3");
  EXPECT_EQ(failed.status, member_status::failed);
  EXPECT_EQ(failed.endpoint(), cluster_.agent(2).gossip_address());
  client_.force_leave("n3", force_leave_options().prune()).get();
  EXPECT_EQ(next(member_event_kind::reap, "n3").endpoint(), failed.endpoint());
  EXPECT_EQ(listed("n3"), member{});
}

TEST_F(member_stream, is_told_of_what_other_nodes_fire_and_ask) {
  serf::client other(cluster_.agent(1).rpc_address());
  auto stream = client_.stream({"user:deploy", "query:load"}).get();
  std::optional<event> event;
  for (int tries = 0; tries < 5 && !event; ++tries) {  // gossip may miss a node
    other.event(user_event_request("deploy", "v1").coalesce(false)).get();
    event = stream.next_for(2s);
  }
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<user_event>(*event).payload, "v1");
  for (event.reset(); !event || !std::holds_alternative<query_event>(*event);) {
    other.ask(query_request("load", "?").timeout(200ms)).get();
    event = stream.next_for(2s);
  }
  EXPECT_EQ(std::get<query_event>(*event).payload, "?");
}

// On one agent.
class event_stream_of_one : public ::testing::Test {
 protected:
  void fire(const std::string& name, const std::string& payload = "") {
    firing_.event(user_event_request(name, payload).coalesce(false)).get();
  }
  // "name payload" of the next `count` user events.
  static std::vector<std::string> take(event_stream& from, std::size_t count) {
    std::vector<std::string> taken;
    while (taken.size() < count) {
      const auto next = from.next_for(10s);
      if (!next) break;
      const auto* const user = std::get_if<user_event>(&*next);
      taken.push_back(user == nullptr ? to_string(*next) : user->name + " " + user->payload);
    }
    return taken;
  }

  testing::real_agent agent_;
  serf::client firing_{agent_.rpc_address()};
  serf::client client_{agent_.rpc_address()};
};

TEST_F(event_stream_of_one, brings_user_events_with_all_their_parts) {
  auto stream = client_.stream("user").get();
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  const std::string name("na\0me \xff", 7);
  fire(name, every_byte);
  const auto first = stream.next_for(10s);
  ASSERT_TRUE(first);
  const auto event = std::get<user_event>(*first);
  EXPECT_EQ(event.name, name);
  EXPECT_EQ(event.payload, every_byte);
  EXPECT_FALSE(event.coalesce);
  fire("second");
  const auto second = stream.next_for(10s);
  ASSERT_TRUE(second);
  EXPECT_EQ(std::get<user_event>(*second).payload, "");
  EXPECT_EQ(std::get<user_event>(*second).ltime, event.ltime + 1);
}

TEST_F(event_stream_of_one, brings_the_last_of_events_that_the_agent_coalesced) {
  auto stream = client_.stream("user:config").get();
  std::vector<std::future<void>> fired;
  for (const auto* const payload : {"1", "2", "3"}) {
    fired.push_back(firing_.event(user_event_request("config", payload).coalesce(true)));
  }
  for (auto& each : fired) each.get();
  const auto next = stream.next_for(10s);
  ASSERT_TRUE(next);
  EXPECT_EQ(std::get<user_event>(*next).payload, "3");
  EXPECT_TRUE(std::get<user_event>(*next).coalesce);
}

TEST_F(event_stream_of_one, brings_queries_with_all_their_parts) {
  auto stream = client_.stream("query").get();
  const std::string bytes("\0\xff", 2);
  firing_.ask(query_request("load", bytes).timeout(100ms)).get();
  firing_.ask(query_request("other").timeout(100ms)).get();
  std::vector<query_event> queries;
  for (int i = 0; i < 2; ++i) {
    const auto next = stream.next_for(10s);
    ASSERT_TRUE(next);
    queries.push_back(std::get<query_event>(*next));
  }
  EXPECT_EQ(queries[0].name, "load");
  EXPECT_EQ(queries[0].payload, bytes);
  EXPECT_GT(queries[0].id(), 0U);
  EXPECT_EQ(queries[1].name, "other");
  EXPECT_EQ(queries[1].payload, "");
  EXPECT_GT(queries[1].id(), queries[0].id());
  EXPECT_GT(queries[1].ltime, queries[0].ltime);
}

TEST_F(event_stream_of_one, brings_what_its_filter_matches_in_order_and_once) {
  // The agent holds its own joining back for a second.
  ASSERT_TRUE(agent_.wait_for_log("Received event: member-join", 20s));
  auto all = client_.stream().get(), user = client_.stream("user").get();
  auto deploys = client_.stream("user:deploy").get();
  auto colon = client_.stream("user:a:b").get();
  auto listed = client_.stream({"user:deploy", "user", "query:load"}).get();
  for (int i = 0; i < 50; ++i) fire(i % 2 == 0 ? "deploy" : "other", std::to_string(i));
  fire("a:b");
  firing_.ask(query_request("load").timeout(100ms)).get();
  fire("last");

  std::vector<std::string> expected, of_deploys;
  for (int i = 0; i < 50; ++i) {
    expected.push_back((i % 2 == 0 ? "deploy " : "other ") + std::to_string(i));
    if (i % 2 == 0) of_deploys.push_back(expected.back());
  }
  expected.insert(expected.end(), {"a:b ", "last "});
  EXPECT_EQ(take(user, 52), expected);
  EXPECT_EQ(take(deploys, 25), of_deploys);
  EXPECT_THAT(take(colon, 1), ElementsAre("a:b "));
  for (event_stream* const with_query : {&all, &listed}) {
    auto taken = take(*with_query, 53);
    const auto query = std::find_if(taken.begin(), taken.end(), [](const std::string& each) {
      return each.find("load") != std::string::npos;
    });
    ASSERT_NE(query, taken.end());
    EXPECT_EQ(query - taken.begin(), 51);
    taken.erase(query);
    EXPECT_EQ(taken, expected);
  }
  for (event_stream* const each : {&all, &user, &deploys, &colon, &listed}) {
    EXPECT_FALSE(each->try_next()) << "nothing twice";
  }
}

TEST_F(event_stream_of_one, brings_the_first_event_after_the_acknowledgement) {
  for (int round = 0; round < 200; ++round) {
    serf::client fresh(agent_.rpc_address());
    const std::string number = std::to_string(round);
    if (round % 2 == 0) {
      auto stream = fresh.stream("user:first").get();
      fire("first", number);
      ASSERT_THAT(take(stream, 1), ElementsAre("first " + number));
    } else {
      std::promise<std::string> heard;
      auto kept =
          fresh.subscribe("user:first", [&](const user_event& e) { heard.set_value(e.payload); });
      kept.ready().get();
      fire("first", number);
      auto first = heard.get_future();
      ASSERT_EQ(first.wait_for(10s), std::future_status::ready) << "round " << round;
      ASSERT_EQ(first.get(), number);
    }
  }
}

TEST_F(event_stream_of_one, shares_with_another_of_its_filter_and_outlives_it) {
  for (const auto linger : {0s, 5s}) {
    serf::client client(client_options(agent_.rpc_address()).stream_linger(linger));
    auto first = client.stream("user:deploy").get(), second = client.stream("user:deploy").get();
    int handled = 0;
    auto third = client.subscribe("user:deploy", [&](const user_event&) { ++handled; });
    third.ready().get();
    for (const auto* const payload : {"1", "2", "3"}) fire("deploy", payload);
    EXPECT_THAT(take(first, 3), ElementsAre("deploy 1", "deploy 2", "deploy 3"));
    EXPECT_THAT(take(second, 3), ElementsAre("deploy 1", "deploy 2", "deploy 3"));
    EXPECT_TRUE(wait_until([&] { return third.counters().delivered == 3; }, 10s));
    third.cancel();
    EXPECT_EQ(handled, 3);
    first.close();
    fire("deploy", "4");
    EXPECT_THAT(take(second, 1), ElementsAre("deploy 4"));
    EXPECT_EQ(first.end().state, stream_state::closed);
    EXPECT_FALSE(first.next());
    // Closed and opened again, with nobody in between who keeps it open.
    second.close();
    for (int again = 5; again < 15; ++again) {
      second = client.stream("user:deploy").get();
      fire("deploy", std::to_string(again));
      EXPECT_THAT(take(second, 1), ElementsAre("deploy " + std::to_string(again)));
      second.close();
    }
  }
}

}  // namespace
}  // namespace serf
