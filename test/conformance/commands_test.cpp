// Commands that are asked and answered: join, tags, event, stats, get-coordinate, stop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <serf/client.hpp>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::MatchesRegex;

fake_value event_of(std::size_t payload) {
  return fake_map{{"Name", "e"}, {"Payload", fake_bytes{std::string(payload, 'x')}}};
}

class commands : public on_every_agent {
 protected:
  void SetUp() override {
    cluster_under_test two;
    two.nodes = {{{"role", "web"}, {"dc", "east"}}, {}};
    start(two);
    client = connect();
  }

  // Another agent's words of a command that failed, through the library.
  template <class Call>
  failure failure_of(Call call) {
    try {
      serf::client serf(client_options(agent().rpc_address()).reconnect(false));
      call(serf);
    } catch (const agent_error& error) {
      return error.failure();
    }
    ADD_FAILURE() << "not refused";
    return {};
  }

  fake_value own_tags() {
    return client->answer_to("members-filtered", fake_map{{"Name", "n1"}})
        .body["Members"]
        .at(0)["Tags"];
  }

  std::unique_ptr<wire> client;
};

TEST_P(commands, join_counts_the_nodes_it_reached) {
  const auto known = agent().gossip_address(1);
  const auto nobody = agent().address_of_nobody();
  const auto num = [](int number) { return fake_value(fake_map{{"Num", number}}); };

  auto answer = client->answer_to("join", fake_map{{"Existing", fake_list{known}}});
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.body, num(1));
  answer =
      client->answer_to("join", fake_map{{"Existing", fake_list{known, nobody}}, {"Replay", true}});
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.body, num(1));
  for (const fake_value& none : {fake_value(fake_list{}), fake_value(nullptr)}) {
    answer = client->answer_to("join", fake_map{{"Existing", none}});
    EXPECT_EQ(answer.error, "");
    EXPECT_EQ(answer.body, num(0));
  }
}

// Agents differ in a capital letter, and some name the port with the address: the text's shape is
// compared.
TEST_P(commands, join_of_nobody_says_why_for_each_and_has_a_body) {
  const auto nobody = agent().address_of_nobody();
  const auto other = agent().address_of_nobody();
  const std::string line =
      "\t\\* [Ff]ailed to join [0-9.:]+: dial tcp [0-9.:]+: connect: "
      "connection refused\n";
  auto answer = client->answer_to("join", fake_map{{"Existing", fake_list{nobody}}});
  EXPECT_THAT(answer.error, MatchesRegex("1 error occurred:\n" + line + "\n"));
  EXPECT_EQ(answer.body, fake_value(fake_map{{"Num", 0}}));
  answer = client->answer_to("join", fake_map{{"Existing", fake_list{nobody, other}}});
  EXPECT_THAT(answer.error, MatchesRegex("2 errors occurred:\n" + line + line + "\n"));

  const auto why = failure_of([&](serf::client& serf) { serf.join(nobody).get(); });
  EXPECT_EQ(why.code, errc::join_failed);
  EXPECT_THAT(why.agent_text, MatchesRegex("1 error occurred:\n" + line + "\n"));
}

TEST_P(commands, tags_are_set_and_deleted_and_told) {
  const auto updates = client->stream("member-update");
  EXPECT_EQ(client->error_of("tags", fake_map{{"Tags", fake_map{{"new", "1"}, {"dc", "west"}}},
                                              {"DeleteTags", fake_list{"role", "nosuch"}}}),
            "");
  const auto update = client->record_of(updates);
  EXPECT_EQ(update["Event"], "member-update");
  ASSERT_EQ(update["Members"].size(), 1U);
  EXPECT_EQ(update["Members"].at(0)["Name"], "n1");
  EXPECT_EQ(update["Members"].at(0)["Tags"]["dc"], "west");
  const auto tags = own_tags();
  EXPECT_EQ(tags.size(), 2U);
  EXPECT_EQ(tags["new"], "1");
  EXPECT_EQ(tags["dc"], "west");
}

TEST_P(commands, tags_both_set_and_deleted_are_set) {
  EXPECT_EQ(client->error_of("tags", fake_map{{"Tags", fake_map{{"role", "cache"}}},
                                              {"DeleteTags", fake_list{"role"}}}),
            "");
  EXPECT_EQ(own_tags()["role"], "cache");
}

TEST_P(commands, tags_too_large_are_refused_and_nothing_changes) {
  const fake_value large = fake_map{{"Tags", fake_map{{"big", std::string(600, 'x')}}}};
  EXPECT_EQ(client->error_of("tags", large), "Encoded length of tags exceeds limit of 512 bytes");
  EXPECT_EQ(own_tags().size(), 2U);
  EXPECT_EQ(failure_of([](serf::client& serf) {
              serf.tags(tag_changes().set("big", std::string(600, 'x'))).get();
            }).code,
            errc::tags_too_large);
}

TEST_P(commands, event_is_refused_by_its_size_before_and_after_it_is_encoded) {
  EXPECT_EQ(client->error_of("event", event_of(480)), "");
  EXPECT_EQ(client->error_of("event", event_of(500)),
            "encoded user event exceeds configured limit of 512 bytes after encoding");
  EXPECT_EQ(client->error_of("event", event_of(512)),
            "user event exceeds configured limit of 512 bytes before encoding");
  EXPECT_EQ(
      failure_of([](serf::client& serf) { serf.event("large", std::string(600, 'x')).get(); }).code,
      errc::event_too_large);
}

TEST_P(commands, stats_are_texts_in_sections) {
  const auto answer = client->answer_to("stats");
  EXPECT_EQ(answer.error, "");
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& [section, values] : answer.body.map()) {
    auto& keys = found[section.text()];
    for (const auto& [key, value] : values.map()) {
      EXPECT_TRUE(key.is_text() && value.is_text()) << key;
      keys.push_back(key.text());
    }
    std::sort(keys.begin(), keys.end());
  }
  const std::map<std::string, std::vector<std::string>> expected{
      {"agent", {"name"}},
      {"event_handlers", {}},
      {"runtime", {"arch", "cpu_count", "goroutines", "max_procs", "os", "version"}},
      {"serf",
       {"coordinate_resets", "encrypted", "event_queue", "event_time", "failed", "health_score",
        "intent_queue", "left", "member_time", "members", "query_queue", "query_time"}},
      {"tags", {"dc", "role"}}};
  EXPECT_EQ(found, expected);
  EXPECT_EQ(answer.body["agent"]["name"], "n1");
  EXPECT_EQ(answer.body["serf"]["members"], "2");
  EXPECT_EQ(answer.body["serf"]["failed"], "0");
  EXPECT_EQ(answer.body["serf"]["encrypted"], "false");
  EXPECT_EQ(answer.body["tags"]["role"], "web");
  EXPECT_THAT(answer.body["runtime"]["version"].text(), ContainsRegex("^go[0-9]+"));
}

TEST_P(commands, get_coordinate_knows_the_nodes) {
  const auto answer = client->answer_to("get-coordinate", fake_map{{"Node", "n1"}});
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.body["Ok"], true);
  const auto& coordinate = answer.body["Coord"];
  EXPECT_EQ(coordinate["Vec"].size(), 8U);
  for (const auto& part : coordinate["Vec"].list()) EXPECT_NE(part.get_if<double>(), nullptr);
  for (const auto* key : {"Adjustment", "Error", "Height"}) {
    EXPECT_NE(coordinate[key].get_if<double>(), nullptr) << key;
  }
  EXPECT_GT(coordinate["Height"].real(), 0.0);
}

TEST_P(commands, get_coordinate_of_a_stranger_is_a_success_without_a_vector) {
  const fake_value unknown = fake_map{
      {"Coord", fake_map{{"Adjustment", 0.0}, {"Error", 0.0}, {"Height", 0.0}, {"Vec", nullptr}}},
      {"Ok", false}};
  for (const std::string name : {"nosuch", ""}) {
    const auto answer = client->answer_to("get-coordinate", fake_map{{"Node", name}});
    EXPECT_EQ(answer.error, "");
    EXPECT_EQ(answer.body, unknown);
  }
}

TEST_P(commands, stop_and_force_leave_of_what_is_not_there_succeed) {
  EXPECT_EQ(client->error_of("stop", fake_map{{"Stop", 12345}}), "");
  EXPECT_EQ(client->error_of("stop", fake_map{}), "");
  for (const bool prune : {false, true}) {
    EXPECT_EQ(client->error_of("force-leave", fake_map{{"Node", "nosuch"}, {"Prune", prune}}), "");
  }
}

SERF_ON_EVERY_AGENT(commands);

}  // namespace
}  // namespace serf::testing
