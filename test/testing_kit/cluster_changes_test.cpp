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

}  // namespace
}  // namespace serf::testing
