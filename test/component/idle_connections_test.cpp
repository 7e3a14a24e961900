// Further connections are there for as long as they are used.
#include <gtest/gtest.h>

#include <chrono>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf {
namespace {

using namespace std::chrono_literals;

TEST(further_connections, are_closed_when_idle_and_opened_again_when_needed) {
  testing::fake_agent agent;
  client client(agent.address());
  const auto use_both = [&] {
    client.tags(tag_changes().set("a", "1")).get();
    client.members(member_filter().name(regex("n.*"))).get();
  };
  use_both();
  ASSERT_EQ(agent.connections_open(), 3U);
  EXPECT_TRUE(agent.wait_for_open_connections(1, 60s)) << "the main one stays";
  EXPECT_EQ(client.state(), connection_state::ready);
  use_both();
  EXPECT_EQ(agent.connections_open(), 3U);
  EXPECT_EQ(agent.connections_accepted(), 5U);
}

}  // namespace
}  // namespace serf
