// Nodes that leave, or are made to.
#include <gtest/gtest.h>

#include <string>

#include <serf/client.hpp>

#include "support/deadline.hpp"
#include "support/real_cluster.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::real_cluster;
using testing::wait_until;

TEST(force_leave, of_an_unknown_node_is_no_error_and_of_a_failed_one_ends_it) {
  real_cluster cluster(2);
  serf::client client(cluster.agent(0).rpc_address());
  client.force_leave("nosuch").get();
  cluster.agent(1).kill();
  const auto status_of_second = [&] {
    for (const member& each : client.members().get()) {
      if (each.name == "n2") return each.status;
    }
    return member_status::none;
  };
  ASSERT_TRUE(wait_until([&] { return status_of_second() == member_status::failed; }, 20s));
  client.force_leave("n2").get();
  EXPECT_TRUE(wait_until([&] { return status_of_second() == member_status::left; }, 20s));
  client.force_leave("n2", force_leave_options().prune()).get();
  EXPECT_TRUE(wait_until([&] { return status_of_second() == member_status::none; }, 20s));
}

TEST(leave, ends_the_agent_and_the_connection) {
  testing::real_agent agent;
  serf::client client(client_options(agent.rpc_address()).reconnect(false));
  client.leave().get();
  EXPECT_EQ(agent.wait_for_exit(20s), 0);
  ASSERT_TRUE(testing::wait_until([&] { return client.state() == connection_state::closed; }, 20s));
  try {
    client.members().get();
    FAIL() << "there is somebody left";
  } catch (const connection_error& error) {
    EXPECT_EQ(error.code(), errc::agent_left);
    EXPECT_EQ(error.failure().sent, sent::no);
  }
}

TEST(leave, of_two_clients_at_once_ends_well_for_both) {
  testing::real_cluster cluster(2);
  serf::client first(cluster.agent(0).rpc_address()), second(cluster.agent(0).rpc_address());
  second.ready().get();
  auto leaving = first.leave();
  // Asked for while the agent is leaving: refused, unless the agent was gone before.
  EXPECT_TRUE(cluster.agent(0).wait_for_log("requesting graceful leave", 10s));
  try {
    second.leave().get();
  } catch (const agent_error& error) {
    EXPECT_EQ(error.code(), errc::leave_in_progress);
  } catch (const connection_error& error) {
    EXPECT_EQ(error.failure().sent, sent::no) << error.what();
  }
  leaving.get();
  EXPECT_EQ(cluster.agent(0).wait_for_exit(20s), 0);
}

}  // namespace
}  // namespace serf
