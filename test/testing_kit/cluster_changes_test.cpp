// What the cluster behind a fake agent does by itself: addresses, its clocks, who is told what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

member named(client& asking, const std::string& name) {
  return asking.members(member_filter().name(exact(name))).get().at(0);
}

TEST(cluster_changes, bring_a_node_back_as_it_was) {
  fake_member second("n2", {{"role", "db"}});
  second.address = "127.0.7.7";
  second.port = 1234;
  second.coordinate.vec[0] = 0.5;
  fake_agent agent(fake_agent_options().members({{"n1"}, second}));
  client asking(agent.address());
  const auto before = named(asking, "n2");
  const auto place = asking.get_coordinate("n2").get();
  agent.fail("n2");
  agent.join({"n2"});
  EXPECT_EQ(named(asking, "n2"), before);
  EXPECT_EQ(asking.get_coordinate("n2").get(), place);
  agent.join({"n2", {{"role", "web"}}});
  EXPECT_EQ(named(asking, "n2").tags, (tag_map{{"role", "web"}})) << "where it has others";
}

TEST(cluster_changes, give_each_node_an_address_of_its_own) {
  fake_member third("n3");
  third.address = "127.0.0.4";
  fake_agent agent(fake_agent_options().members({{"n1"}, {"n2"}, third}));
  agent.join({"n4"});
  agent.set_member({"n5"});
  std::map<std::string, std::string> addresses;
  for (const auto& each : agent.members()) addresses[each.address] = each.name;
  EXPECT_EQ(addresses.size(), 5U);
  EXPECT_EQ(addresses["127.0.0.1"], "n1");
  EXPECT_EQ(addresses["127.0.0.2"], "n2");
  EXPECT_EQ(addresses["127.0.0.4"], "n3");
}

TEST(cluster_changes, by_a_join_of_an_address_are_the_members_there) {
  fake_agent agent(fake_agent_options().only_known_joins());
  agent.join_brings("127.0.3.4:1234", {{"n2", {{"role", "db"}}}, {"n3"}});
  client asking(agent.address());
  auto events = asking.stream("member-join").get();
  EXPECT_EQ(asking.join("127.0.3.4:1234").get(), 1);
  for (const char* name : {"n2", "n3"}) {
    EXPECT_EQ(std::get<member_event>(events.next_for(20s).value()).members.at(0).name, name);
  }
  EXPECT_EQ(to_string(named(asking, "n2")), "n2  127.0.3.4:1234  alive  role=db");
  EXPECT_EQ(asking.join({"127.0.3.4:1234", "127.0.0.7:1", "127.0.0.1"}).get(), 2) << "no news";
  agent.push_user_event({"after"});
  agent.fail("n2");
  EXPECT_EQ(asking.join("n2/127.0.3.4:1234").get(), 1);
  EXPECT_EQ(std::get<member_event>(events.next_for(20s).value()).members.at(0).name, "n2");
}

TEST(cluster_changes, by_a_join_of_an_address_where_nobody_is_are_refused) {
  fake_agent agent(fake_agent_options().only_known_joins().members({{"n1"}, {"n2"}}));
  client asking(agent.address());
  agent.fail("n2");
  try {
    asking.join({"127.0.0.2:7946", "127.0.0.9"}).get();
    FAIL();
  } catch (const agent_error& error) {
    EXPECT_EQ(error.failure().agent_text,
              "2 errors occurred:\n"
              "\t* Failed to join 127.0.0.2: dial tcp 127.0.0.2:7946: connect: connection refused\n"
              "\t* Failed to join 127.0.0.9: dial tcp 127.0.0.9:7946: connect: connection refused\n"
              "\n");
  }
  EXPECT_THROW(agent.join_brings("127.0.0.9", {{"n3"}}), std::invalid_argument);
  EXPECT_THROW(agent.join_brings("nowhere:7946", {{"n3"}}), std::invalid_argument);
  EXPECT_THROW(agent.join_brings("127.0.0.9:7946", {}), std::invalid_argument);
}

TEST(a_leave_that_takes_time, leaves_the_agent_to_others_meanwhile) {
  fake_agent agent(fake_agent_options().manual_clock().leave_takes(2s));
  client leaving(client_options(agent.address()).reconnect(false));
  client other(client_options(agent.address()).reconnect(false));
  auto left = leaving.leave();
  ASSERT_TRUE(agent.wait_for_request("leave", 20s));
  EXPECT_EQ(named(other, "n1").status, member_status::left);
  other.event("late").get();
  agent.advance(1999ms);
  EXPECT_FALSE(agent.has_left());
  agent.advance(1ms);
  left.get();
  EXPECT_TRUE(agent.has_left());
  EXPECT_TRUE(agent.wait_for_open_connections(0, 20s));
}

TEST(a_leave_that_takes_time, is_ended_by_another_one) {
  fake_agent agent(fake_agent_options().manual_clock().leave_takes(1h));
  client first(client_options(agent.address()).reconnect(false));
  auto left = first.leave();
  ASSERT_TRUE(agent.wait_for_request("leave", 20s));
  client second(client_options(agent.address()).reconnect(false));
  try {
    second.leave().get();
    ADD_FAILURE() << "left";
  } catch (const agent_error& error) {
    EXPECT_EQ(error.failure().agent_text, "Leave already in progress");
  }
  left.get();  // an end is an answer
  EXPECT_TRUE(agent.wait_for_open_connections(0, 20s));
}

TEST(queries_of_others, are_over_at_their_deadline) {
  fake_agent agent(fake_agent_options().manual_clock());
  client answering(agent.address());
  auto queries = answering.stream("query").get();
  const auto next = [&] { return std::get<query_event>(queries.next_for(20s).value()); };
  agent.push_query("load");
  agent.push_query("longer", "", 24h);
  const auto load = next();
  const auto longer = next();
  agent.advance(59s);
  load.respond("0.5").get();
  agent.push_query("load");
  const auto late = next();
  agent.advance(2min);
  EXPECT_THROW(late.respond("0.5").get(), agent_error);
  longer.respond("yes").get();
}

TEST(queries_of_others, are_over_when_the_test_says_so_where_it_wants_to) {
  fake_agent agent(fake_agent_options().manual_clock().queries_by_hand());
  client answering(agent.address());
  auto queries = answering.stream("query").get();
  agent.push_query("load", "", 1s);
  const auto load = std::get<query_event>(queries.next_for(20s).value());
  agent.advance(24h);
  load.respond("0.5").get();
}

// A hundred thousand that are over cost what none would: this takes minutes where they are kept.
TEST(queries_of_others, are_forgotten_when_they_are_over) {
  fake_agent agent(fake_agent_options().manual_clock().quiet_log());
  client answering(agent.address());
  auto queries = answering.stream("query:last").get();
  for (int i = 0; i < 100000; ++i) {
    agent.push_query("load", "", 1ms);
    agent.advance(1ms);
  }
  EXPECT_EQ(agent.push_query("last"), 1U);
  std::get<query_event>(queries.next_for(20s).value()).respond("").get();
}

TEST(clocks, are_moved_by_events_of_a_later_time) {
  fake_agent agent;
  client listening(agent.address());
  auto events = listening.stream("user").get();
  const auto next = [&] { return std::get<user_event>(events.next_for(20s).value()).ltime; };
  agent.push_user_event({"first"});
  agent.push_user_event({"other_node", "", false, 41});
  agent.push_user_event({"second"});
  agent.push_user_event({"late", "", false, 7});
  agent.push_user_event({"third"});
  EXPECT_EQ(next(), 1U);
  EXPECT_EQ(next(), 41U);
  EXPECT_EQ(next(), 42U);
  EXPECT_EQ(next(), 7U);
  EXPECT_EQ(next(), 43U);
}

}  // namespace
}  // namespace serf::testing
