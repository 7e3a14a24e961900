// The serf command line takes the fake agent for a real one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <serf/testing/fake_agent.hpp>

#include "support/real_agent.hpp"

namespace serf::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr auto key = "b3ewF5PTSa9tXE8gXmBzY7Oc69/DDUv+NGjJt3zLPcg=";

fake_agent_options two_nodes() {
  auto second = fake_member("n2", {{"role", "db"}}, "failed");
  second.address = "127.77.0.2";
  second.port = 27946;
  second.coordinate.vec[0] = 0.001;
  return fake_agent_options().member(fake_member("n1", {{"role", "web"}})).member(second);
}

std::string output_of(const fake_agent& agent, const std::vector<std::string>& arguments,
                      int exit_code = 0) {
  const auto result = run_serf(arguments, agent.address());
  EXPECT_EQ(result.exit_code, exit_code) << result.output << result.error_output;
  return result.output;
}

TEST(fake_agent_for_serf, lists_its_members) {
  const fake_agent agent(two_nodes());
  EXPECT_THAT(output_of(agent, {"members"}),
              AllOf(HasSubstr("n1  127.0.0.1:7946    alive   role=web"),
                    HasSubstr("n2  127.77.0.2:27946  failed  role=db")));
  const auto filtered = output_of(agent, {"members", "-status=alive", "-tag", "role=w.*"});
  EXPECT_THAT(filtered, HasSubstr("n1  "));
  EXPECT_THAT(filtered, ::testing::Not(HasSubstr("n2")));
  EXPECT_THAT(output_of(agent, {"members", "-name=("}, 1), HasSubstr("client closed"));
}

TEST(fake_agent_for_serf, tells_about_itself) {
  const fake_agent agent(two_nodes());
  EXPECT_THAT(output_of(agent, {"info"}),
              AllOf(HasSubstr("\tname = n1"), HasSubstr("\tfailed = 1"), HasSubstr("\trole = web"),
                    HasSubstr("\tencrypted = false")));
}

TEST(fake_agent_for_serf, takes_events_and_tags) {
  const fake_agent agent(two_nodes());
  EXPECT_THAT(output_of(agent, {"event", "deploy", "v1"}),
              HasSubstr("Event 'deploy' dispatched! Coalescing enabled: true"));
  const auto event = agent.wait_for_request("event", 5s);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->body["Name"], "deploy");
  EXPECT_EQ(event->body["Coalesce"], true);
  EXPECT_FALSE(event->misread);

  EXPECT_THAT(output_of(agent, {"tags", "-set", "dc=east", "-delete", "role"}),
              HasSubstr("Successfully updated agent tags"));
  EXPECT_EQ(agent.members().front().tags, (fake_member::tag_map{{"dc", "east"}}));
}

TEST(fake_agent_for_serf, has_keys) {
  const fake_agent encrypted(two_nodes().encrypt_key(key));
  EXPECT_THAT(output_of(encrypted, {"keys", "-list"}), HasSubstr(std::string(key) + "  [1/1]"));
  const fake_agent open(two_nodes());
  EXPECT_THAT(output_of(open, {"keys", "-list"}, 1),
              AllOf(HasSubstr("Keyring is empty (encryption not enabled)"),
                    HasSubstr("Failed to gather member keys: 1/1 nodes reported failure")));
}

TEST(fake_agent_for_serf, forces_nodes_out_and_lets_others_in) {
  fake_agent agent(two_nodes());
  EXPECT_EQ(output_of(agent, {"force-leave", "n2"}), "");
  EXPECT_EQ(agent.members().back().status, "left");
  EXPECT_EQ(output_of(agent, {"force-leave", "-prune", "n2"}), "");
  EXPECT_EQ(agent.members().size(), 1U);

  agent.fail_join("127.77.0.9:7946");
  EXPECT_THAT(output_of(agent, {"join", "127.77.0.8:7946"}),
              HasSubstr("Successfully joined cluster by contacting 1 nodes."));
  EXPECT_THAT(output_of(agent, {"join", "127.77.0.9:7946"}, 1),
              HasSubstr("Error joining the cluster: 1 error occurred:"));
}

TEST(fake_agent_for_serf, estimates_round_trips) {
  const fake_agent agent(two_nodes());
  EXPECT_THAT(output_of(agent, {"rtt", "n1", "n2"}), HasSubstr("Estimated n1 <-> n2 rtt: 1.0"));
  EXPECT_THAT(output_of(agent, {"rtt", "n1", "nosuch"}, 1),
              HasSubstr("Could not find a coordinate for node \"nosuch\""));
}

TEST(fake_agent_for_serf, asks_for_the_key) {
  const fake_agent agent(two_nodes().auth_key("secret"));
  EXPECT_THAT(output_of(agent, {"members"}, 1), HasSubstr("Authentication required"));
  EXPECT_THAT(run_serf({"members"}, agent.address(), "wrong").output,
              HasSubstr("Invalid authentication token"));
  EXPECT_THAT(run_serf({"members"}, agent.address(), "secret").output, HasSubstr("n1  "));
}

TEST(fake_agent_for_serf, is_queried) {
  const fake_agent agent(two_nodes());
  EXPECT_THAT(output_of(agent, {"query", "-timeout=50ms", "load"}),
              AllOf(HasSubstr("Query 'load' dispatched"), HasSubstr("Ack from 'n1'"),
                    HasSubstr("Total Acks: 1"), HasSubstr("Total Responses: 0")));
}

TEST(fake_agent_for_serf, leaves) {
  const fake_agent agent(two_nodes());
  // The command may take the end for a failure when it comes together with the reply.
  EXPECT_THAT(run_serf({"leave"}, agent.address()).output,
              AnyOf(HasSubstr("Graceful leave complete"), HasSubstr("client closed")));
  EXPECT_THAT(output_of(agent, {"members"}, 1), HasSubstr("connection refused"));
}

}  // namespace
}  // namespace serf::testing
