// What streams tell of the cluster: who joins, leaves, fails, and is forced to leave or forgotten.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

class member_streams : public on_every_agent {
 protected:
  void SetUp() override {
    cluster_under_test two;
    two.nodes = {{}, {{"role", "db"}}};
    start(two);
    client = connect();
  }

  // What is told of a node; an agent may tell of others in the same record, and again of what was.
  fake_value told_of(const std::string& name, std::uint64_t stream, const std::string& kind) {
    for (;;) {
      const auto record = client->record_of(stream);
      if (record.is_nil()) return nullptr;
      if (record["Event"].text() != kind) continue;
      for (const auto& member : record["Members"].list()) {
        if (member["Name"].text() == name) return member;
      }
    }
  }

  std::unique_ptr<wire> client;
};

TEST_P(member_streams, tell_of_a_node_that_joins_and_leaves) {
  const auto events = client->stream("member-join,member-leave");
  agent().add();
  const auto joined = told_of("n3", events, "member-join");
  EXPECT_EQ(joined["Status"], "alive");
  EXPECT_EQ(joined["Addr"].size(), 4U);
  agent().leave(2);
  EXPECT_EQ(told_of("n3", events, "member-leave")["Status"], "left");
  EXPECT_EQ(client->answer_to("members").body["Members"].size(), 3U) << "left, not forgotten";
}

TEST_P(member_streams, tell_of_a_node_that_fails_and_is_forced_to_leave) {
  const auto events = client->stream("member-failed,member-leave");
  agent().fail(1);
  const auto failed = told_of("n2", events, "member-failed");
  EXPECT_EQ(failed["Status"], "failed");
  EXPECT_EQ(failed["Tags"]["role"], "db");
  EXPECT_EQ(client->error_of("force-leave", fake_map{{"Node", "n2"}}), "");
  EXPECT_EQ(told_of("n2", events, "member-leave")["Status"], "left");
  const auto listed = client->answer_to("members").body;
  EXPECT_EQ(listed["Members"].size(), 2U);
}

TEST_P(member_streams, tell_of_a_node_that_fails_and_is_pruned) {
  const auto events = client->stream("member-reap");
  agent().fail(1);
  EXPECT_EQ(client->error_of("force-leave", fake_map{{"Node", "n2"}, {"Prune", true}}), "");
  EXPECT_EQ(told_of("n2", events, "member-reap")["Name"], "n2");
  EXPECT_EQ(client->answer_to("members").body["Members"].size(), 1U);
}

SERF_ON_EVERY_AGENT(member_streams);

}  // namespace
}  // namespace serf::testing
