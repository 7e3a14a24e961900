// Every one-shot command, against a cluster of three.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include <serf/client.hpp>

#include "support/deadline.hpp"
#include "support/real_cluster.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::real_cluster;
using testing::real_cluster_options;
using ::testing::UnorderedElementsAre;
using testing::wait_until;

std::vector<std::string> names_of(const std::vector<member>& members) {
  std::vector<std::string> names;
  for (const member& each : members) names.push_back(each.name);
  return names;
}

class commands : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster_ = new real_cluster(real_cluster_options(3)
                                    .tags(0, {{"role", "web"}, {"dc", "east"}})
                                    .tags(1, {{"role", "web"}, {"dc", "we.t"}})
                                    .tags(2, {{"role", "web-db"}}));
  }
  static void TearDownTestSuite() {
    delete cluster_;
    cluster_ = nullptr;
  }

  static real_cluster* cluster_;
  serf::client client_{client_options(cluster_->agent(0).rpc_address()).reconnect(false)};
};
real_cluster* commands::cluster_ = nullptr;

TEST_F(commands, members_lists_all_with_all_that_is_known_of_them) {
  auto members = client_.members().get();
  ASSERT_EQ(members.size(), 3U);
  const auto first = std::find_if(members.begin(), members.end(),
                                  [](const member& each) { return each.name == "n1"; });
  ASSERT_NE(first, members.end());
  EXPECT_EQ(first->endpoint(), cluster_->agent(0).gossip_address());
  EXPECT_EQ(first->status, member_status::alive);
  EXPECT_EQ(first->tags, tag_map({{"dc", "east"}, {"role", "web"}}));
  EXPECT_GE(first->protocol_max, first->protocol_cur);
  EXPECT_GE(first->protocol_cur, first->protocol_min);
  EXPECT_GT(first->delegate_cur, 0);
}

TEST_F(commands, members_filters_by_name_status_and_tags) {
  const auto listed = [&](const member_filter& filter) {
    return names_of(client_.members(filter).get());
  };
  EXPECT_THAT(listed(member_filter().name(exact("n2"))), ElementsAre("n2"));
  EXPECT_THAT(listed(member_filter().name(prefix("n"))), UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(listed(member_filter().name(regex("n[13]"))), UnorderedElementsAre("n1", "n3"));
  EXPECT_THAT(listed(member_filter().status(member_status::alive)),
              UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(listed(member_filter().status(member_status::failed)), ElementsAre());
  EXPECT_THAT(listed(member_filter().tag("role", exact("web"))), UnorderedElementsAre("n1", "n2"));
  EXPECT_THAT(listed(member_filter().tag("role", prefix("web"))),
              UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(listed(member_filter().tag("role", exact("web")).tag("dc", exact("east"))),
              ElementsAre("n1"));
}

TEST_F(commands, members_takes_text_for_text_and_an_expression_as_a_whole) {
  const auto listed = [&](const member_filter& filter) {
    return names_of(client_.members(filter).get());
  };
  EXPECT_THAT(listed(member_filter().tag("dc", exact("we.t"))), ElementsAre("n2"));
  EXPECT_THAT(listed(member_filter().tag("dc", exact("w..t"))), ElementsAre());
  // Unbracketed, the agent would read ^web|x$ and find web-db too.
  EXPECT_THAT(listed(member_filter().tag("role", regex("web|x"))),
              UnorderedElementsAre("n1", "n2"));
  EXPECT_THAT(listed(member_filter().tag("role", as_agent("web|x"))),
              UnorderedElementsAre("n1", "n2", "n3"));
  // A tag that is not there counts as empty.
  EXPECT_THAT(listed(member_filter().tag("dc", exact(""))), ElementsAre("n3"));
}

TEST_F(commands, event_reaches_the_cluster) {
  client_.event("deploy-integration", "v1").get();
  EXPECT_TRUE(cluster_->agent(0).wait_for_log("deploy-integration", 10s));
  client_.event(user_event_request("ev").payload(std::string("\0\xff", 2)).coalesce(false)).get();
}

TEST_F(commands, event_too_large_is_the_agents_to_refuse) {
  try {
    client_.event("large", std::string(600, 'x')).get();
    FAIL() << "taken";
  } catch (const agent_error& error) {
    EXPECT_EQ(error.code(), errc::event_too_large);
    EXPECT_EQ(error.failure().command, "event");
    EXPECT_EQ(error.agent_text(),
              "user event exceeds configured limit of 512 bytes before encoding");
    EXPECT_THAT(error.what(), HasSubstr(cluster_->agent(0).rpc_address()));
    EXPECT_THAT(error.what(), HasSubstr("user_event_size_limit"));
  }
  EXPECT_EQ(client_.members().get().size(), 3U) << "the connection is fine";
  try {
    client_.event("encoded", std::string(490, 'x')).get();
    FAIL() << "taken";
  } catch (const agent_error& error) {
    EXPECT_EQ(error.code(), errc::event_too_large);
    EXPECT_THAT(error.agent_text(), HasSubstr("after encoding"));
  }
}

TEST_F(commands, tags_sets_and_removes_and_others_see_it) {
  serf::client third(cluster_->agent(2).rpc_address());
  client_.tags(tag_changes().set("new", "1").set("role", "lb").remove("dc")).get();
  const auto seen = [&](const tag_map& tags) {
    return wait_until(
        [&] {
          const auto members = third.members(member_filter().name(exact("n1"))).get();
          return members.size() == 1 && members[0].tags == tags;
        },
        10s);
  };
  EXPECT_TRUE(seen({{"new", "1"}, {"role", "lb"}}));
  client_.tags(tag_changes().remove("new").set("role", "web").set("dc", "east")).get();
  EXPECT_TRUE(seen({{"dc", "east"}, {"role", "web"}}));
}

TEST_F(commands, tags_too_large_are_refused) {
  try {
    client_.tags(tag_changes().set("big", std::string(600, 'x'))).get();
    FAIL() << "taken";
  } catch (const agent_error& error) {
    EXPECT_EQ(error.code(), errc::tags_too_large);
  }
}

TEST_F(commands, stats_are_typed_and_kept) {
  const auto stats = client_.stats().get();
  EXPECT_EQ(stats.node_name, "n1");
  EXPECT_EQ(stats.members, 3);
  EXPECT_EQ(stats.failed, 0);
  EXPECT_FALSE(stats.encrypted);
  EXPECT_GT(stats.cpu_count, 0);
  EXPECT_GT(stats.goroutines, 0);
  EXPECT_GT(stats.member_time, 0U);
  EXPECT_EQ(stats.tags["role"], "web");
  EXPECT_EQ(stats.sections.at("agent").at("name"), "n1");
  EXPECT_FALSE(stats.go_version.empty());
}

TEST_F(commands, get_coordinate_gives_the_round_trip_time_that_serf_rtt_prints) {
  const auto known = [&](const std::string& node) {
    return wait_until([&] { return client_.get_coordinate(node).get().has_value(); }, 20s);
  };
  ASSERT_TRUE(known("n1") && known("n2"));
  // Coordinates change with every probe: compare where they stood still.
  EXPECT_TRUE(wait_until(
      [&] {
        const auto here = client_.get_coordinate("n1").get();
        const auto there = client_.get_coordinate("n2").get();
        const auto printed = cluster_->run_serf(0, {"rtt", "n1", "n2"}).output;
        if (here != client_.get_coordinate("n1").get()) return false;
        if (there != client_.get_coordinate("n2").get()) return false;
        char expected[100];
        std::snprintf(
            expected, sizeof expected, "Estimated n1 <-> n2 rtt: %.3f ms\n",
            std::chrono::duration<double, std::milli>(here->distance_to(*there).value()).count());
        EXPECT_EQ(printed, expected);
        return true;
      },
      20s));
  EXPECT_EQ(client_.get_coordinate("nosuch").get(), std::nullopt);
}

TEST_F(commands, join_counts_the_nodes_it_reached) {
  EXPECT_EQ(client_.join(cluster_->agent(1).gossip_address()).get(), 1);
  EXPECT_EQ(client_
                .join({cluster_->agent(1).gossip_address(), cluster_->agent(2).gossip_address()},
                      join_options().replay(true))
                .get(),
            2);
  EXPECT_EQ(client_.join({}).get(), 0);
}

TEST_F(commands, join_of_nobody_fails_with_the_agents_words) {
  try {
    client_.join("127.0.0.1:1").get();
    FAIL() << "joined";
  } catch (const agent_error& error) {
    EXPECT_EQ(error.code(), errc::join_failed);
    EXPECT_THAT(error.agent_text(), HasSubstr("1 error occurred:\n"));
    EXPECT_THAT(error.what(), HasSubstr("127.0.0.1"));
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
  EXPECT_EQ(client_.join({"127.0.0.1:1", cluster_->agent(1).gossip_address()}).get(), 1);
}

TEST_F(commands, key_commands_without_encryption_tell_what_each_node_says) {
  const std::vector<std::function<std::future<key_report>()>> all{
      [&] { return client_.list_keys(); }, [&] { return client_.install_key("c2VjcmV0"); },
      [&] { return client_.use_key("c2VjcmV0"); }, [&] { return client_.remove_key("c2VjcmV0"); }};
  for (const auto& command : all) {
    for (int tries = 1;; ++tries) {  // gossip may miss a node
      try {
        command().get();
        FAIL() << "there is a keyring";
      } catch (const keyring_error& error) {
        if (error.report().responses < 3 && tries < 5) continue;
        EXPECT_EQ(error.code(), errc::keyring_failed);
        EXPECT_EQ(error.report().nodes, 3);
        EXPECT_EQ(error.report().errors, 3);
        EXPECT_THAT(error.report().messages.at("n1"), HasSubstr("encryption not enabled"));
      }
      break;
    }
  }
}

TEST_F(commands, handler_forms_get_the_same) {
  std::promise<result<std::vector<member>>> members;
  client_.members(member_filter().name(exact("n3")),
                  [&](result<std::vector<member>> r) { members.set_value(std::move(r)); });
  EXPECT_THAT(names_of(members.get_future().get().value()), ElementsAre("n3"));

  std::promise<result<int>> joined;
  client_.join("127.0.0.1:1", [&](result<int> r) { joined.set_value(std::move(r)); });
  EXPECT_EQ(joined.get_future().get().error().code, errc::join_failed);

  std::promise<result<key_report>> keys;
  client_.list_keys([&](result<key_report> r) { keys.set_value(std::move(r)); });
  const auto refused = keys.get_future().get();
  ASSERT_NE(refused.error().keyring(), nullptr);
  EXPECT_EQ(refused.error().keyring()->nodes, 3);

  std::promise<result<void>> empty;
  client_.event("", [&](result<void> r) { empty.set_value(std::move(r)); });
  EXPECT_EQ(empty.get_future().get().error().code, errc::invalid_argument);
}

TEST_F(commands, a_call_inside_a_handler_can_be_waited_for) {
  std::promise<std::size_t> counted;
  client_.stats(
      [&](const result<agent_stats>&) { counted.set_value(client_.members().get().size()); });
  EXPECT_EQ(counted.get_future().get(), 3U);
}

}  // namespace
}  // namespace serf
