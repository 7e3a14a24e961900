// members and members-filtered: what stands in a member, and how agents read expressions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include <serf/client.hpp>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class members : public on_every_agent {
 protected:
  void SetUp() override {
    cluster_under_test three;
    three.nodes = {{{"role", "web"}, {"dc", "east"}}, {{"role", "web-db"}}, {}};
    start(three);
    client = connect();
  }

  std::vector<std::string> names(const fake_map& filter) {
    const auto answer = client->answer_to("members-filtered", filter);
    EXPECT_EQ(answer.error, "");
    std::vector<std::string> result;
    for (const auto& each : answer.body["Members"].list()) result.push_back(each["Name"].text());
    return result;
  }
  std::vector<std::string> names_by_tag(const std::string& tag, const std::string& expression) {
    return names({{"Tags", fake_map{{tag, expression}}}});
  }

  std::unique_ptr<wire> client;
};

TEST_P(members, are_listed_with_all_that_is_known_of_them) {
  const auto answer = client->answer_to("members");
  EXPECT_EQ(answer.error, "");
  ASSERT_EQ(answer.body["Members"].size(), 3U);
  for (const auto& member : answer.body["Members"].list()) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : member.map()) keys.push_back(key.text());
    EXPECT_THAT(keys,
                ElementsAre("Addr", "DelegateCur", "DelegateMax", "DelegateMin", "Name", "Port",
                            "ProtocolCur", "ProtocolMax", "ProtocolMin", "Status", "Tags"));
    EXPECT_TRUE(member["Addr"].is_bytes());
    EXPECT_EQ(member["Addr"].size(), 4U);
    EXPECT_EQ(member["Status"], "alive");
    EXPECT_TRUE(member["Tags"].is_map());
    EXPECT_LE(member["ProtocolMin"].number(), member["ProtocolCur"].number());
    EXPECT_LE(member["ProtocolCur"].number(), member["ProtocolMax"].number());
    EXPECT_EQ(member["ProtocolMax"], 5);
    EXPECT_EQ(member["ProtocolCur"], 2);
    EXPECT_EQ(member["DelegateMin"], 2);
    EXPECT_EQ(member["DelegateCur"], 5);
    EXPECT_EQ(member["DelegateMax"], 5);
    EXPECT_GT(member["Port"].number(), 0U);
  }
}

TEST_P(members, have_tags_that_may_be_none) {
  const auto all = client->answer_to("members").body;
  std::size_t untagged = 0;
  for (const auto& member : all["Members"].list()) untagged += member["Tags"].size() == 0 ? 1 : 0;
  EXPECT_EQ(untagged, 1U);
  EXPECT_THAT(names_by_tag("role", "web"), ElementsAre("n1"));
}

TEST_P(members, are_filtered_by_the_whole_of_a_name_but_without_a_group) {
  EXPECT_THAT(names({{"Name", "n"}}), IsEmpty());
  EXPECT_THAT(names({{"Name", "n."}}), UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(names({{"Name", "n[12]"}}), UnorderedElementsAre("n1", "n2"));
  EXPECT_THAT(names({{"Name", "n|x"}}), UnorderedElementsAre("n1", "n2", "n3")) << "^n or x$";
  EXPECT_THAT(names({{"Name", "x|1"}}), ElementsAre("n1"));
}

TEST_P(members, are_filtered_by_status) {
  EXPECT_THAT(names({{"Status", "alive"}}), UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(names({{"Status", "ali"}}), IsEmpty());
  agent().fail(2);
  EXPECT_THAT(names({{"Status", "failed"}}), ElementsAre("n3"));
  EXPECT_THAT(names({{"Status", "alive|x"}, {"Name", "n[13]"}}), ElementsAre("n1"));
}

TEST_P(members, are_filtered_by_tags_of_which_a_missing_one_is_empty) {
  EXPECT_THAT(names_by_tag("role", "web.*"), UnorderedElementsAre("n1", "n2"));
  EXPECT_THAT(names_by_tag("role", "eb"), IsEmpty());
  EXPECT_THAT(names_by_tag("dc", ".+"), ElementsAre("n1"));
  EXPECT_THAT(names_by_tag("dc", ""), UnorderedElementsAre("n2", "n3"));
  EXPECT_THAT(names_by_tag("nosuch", ".*"), UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(names({{"Tags", fake_map{{"role", "web.*"}, {"dc", "east"}}}}), ElementsAre("n1"));
}

TEST_P(members, are_all_listed_where_the_filter_is_empty) {
  EXPECT_EQ(names({}).size(), 3U);
  EXPECT_EQ(names({{"Name", ""}, {"Status", ""}, {"Tags", fake_map{}}}).size(), 3U);
  EXPECT_EQ(names({{"Tags", nullptr}}).size(), 3U);
}

// It is compiled as ^*$, in which the star has something to repeat.
TEST_P(members, are_filtered_by_a_star_although_it_is_no_expression) {
  EXPECT_THAT(names_by_tag("role", "*"), UnorderedElementsAre("n1", "n2", "n3"));
}

TEST_P(members, are_filtered_by_expressions_as_go_reads_them) {
  EXPECT_THAT(names({{"Name", "(?i)N[12]"}}), UnorderedElementsAre("n1", "n2"));
  EXPECT_THAT(names({{"Name", "(?P<x>n)1"}}), ElementsAre("n1"));
  EXPECT_THAT(names({{"Name", "(?-s)n1"}}), ElementsAre("n1"));
  EXPECT_THAT(names({{"Name", R"(\An1\z)"}}), ElementsAre("n1"));
  EXPECT_THAT(names({{"Name", R"(\Qn1\E)"}}), ElementsAre("n1"));
  EXPECT_THAT(names({{"Name", R"(\x{6e}1)"}}), ElementsAre("n1"));
  EXPECT_THAT(names({{"Name", R"(\pL[[:digit:]])"}}), UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(names({{"Name", R"(n\d{1)"}}), IsEmpty());
  EXPECT_THAT(names_by_tag("role", "(?m)^web$|x"), ElementsAre("n1"));
  EXPECT_THAT(names_by_tag("role", R"(\bweb\b.*\B.)"), ElementsAre("n2"));
}

TEST_P(members, are_filtered_in_time_whatever_the_expression) {
  const fake_map long_tag{{"role", std::string(52, 'a')}};
  EXPECT_EQ(client->error_of("tags", fake_map{{"Tags", long_tag}}), "");
  EXPECT_THAT(names_by_tag("role", "(a|a)*"), UnorderedElementsAre("n1", "n3"));
  EXPECT_THAT(names_by_tag("role", "(a|a)*b"), IsEmpty());
  EXPECT_THAT(names_by_tag("role", "((a*)*)*b"), IsEmpty());
}

TEST_P(members, with_an_expression_that_does_not_compile_end_the_connection) {
  for (const auto& filter : std::vector<fake_map>{{{"Name", "("}},
                                                  {{"Status", "["}},
                                                  {{"Tags", fake_map{{"role", "a{2,1}"}}}},
                                                  {{"Name", "(?=x)"}},
                                                  {{"Name", "n**"}},
                                                  {{"Name", "n++1"}},
                                                  {{"Name", "n{1001}"}},
                                                  {{"Name", "n\\C"}},
                                                  {{"Name", "n\xff"}}}) {
    const auto fresh = connect();
    fresh->socket.send(1, "members-filtered", filter);
    SCOPED_TRACE(::testing::PrintToString(fake_value(filter)));
    fresh->expect_end_without_a_word();
  }
}

TEST_P(members, with_an_expression_that_nests_too_deeply_end_the_connection) {
  for (const std::size_t levels : {2000U, 20000U}) {
    const auto fresh = connect();
    const auto name = std::string(levels, '(') + 'n' + std::string(levels, ')');
    fresh->socket.send(1, "members-filtered", fake_map{{"Name", name}});
    fresh->expect_end_without_a_word();
  }
}

TEST_P(members, through_a_client_are_those_of_the_wire) {
  serf::client serf(client_options(agent().rpc_address()).reconnect(false));
  EXPECT_EQ(serf.members().get().size(), 3U);
  const auto first = serf.members(member_filter().name(exact("n1"))).get();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].endpoint(), agent().gossip_address(0));
  EXPECT_EQ(first[0].tags, serf::tag_map({{"dc", "east"}, {"role", "web"}}));
  EXPECT_EQ(first[0].status, member_status::alive);
  EXPECT_EQ(serf.members(member_filter().tag("role", regex("web|x"))).get().size(), 1U);
  EXPECT_EQ(serf.members(member_filter().tag("role", as_agent("web|x"))).get().size(), 2U);
  try {
    serf.members(member_filter().name(as_agent("("))).get();
    ADD_FAILURE() << "the expression compiles";
  } catch (const error& why) {
    EXPECT_EQ(why.code(), errc::expression_refused);
  }
  EXPECT_EQ(serf.members().get().size(), 3U) << "the client is as it was";
}

SERF_ON_EVERY_AGENT(members);

using members_with_much_to_say = on_every_agent;

TEST_P(members_with_much_to_say, are_sent_in_the_wider_forms) {
  tag_map tags{{"long", std::string(300, 'x')}, {"medium", std::string(40, 'x')}};
  for (char c = 'a'; tags.size() < 20; ++c) tags[std::string(1, c)] = "v";
  cluster_under_test one;
  one.nodes = {tags};
  start(one);
  const auto client = connect();
  client->socket.send(1, "members");
  client->socket.half_close();
  const auto bytes = client->socket.read_to_end(10s);
  using namespace std::string_literals;
  EXPECT_THAT(bytes, HasSubstr("\xa4Tags\xde\x00\x14"s)) << "a map of 20";
  EXPECT_THAT(bytes, HasSubstr("\xa4long\xda\x01\x2cxxx"s)) << "a text of 300 bytes";
  EXPECT_THAT(bytes, HasSubstr("\xa6medium\xd9\x28xxx"s)) << "a text of 40 bytes";
}

SERF_ON_EVERY_AGENT(members_with_much_to_say);

}  // namespace
}  // namespace serf::testing
