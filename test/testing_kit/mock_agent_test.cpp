// Applications against an agent of GoogleMock methods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/mock_agent.hpp>

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::_;
using ::testing::AllOf;
using ::testing::AtLeast;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::InSequence;
using ::testing::Mock;
using ::testing::NiceMock;
using ::testing::Return;
using ::testing::StrictMock;

member named(const std::string& name) {
  member result;
  result.name = name;
  result.address = "10.0.0.1";
  result.port = 7946;
  result.tags = {{"role", "web"}};
  result.status = member_status::alive;
  result.protocol_min = 1;
  result.protocol_max = 5;
  result.protocol_cur = 2;
  return result;
}

class mocked_agent : public ::testing::Test {
 protected:
  NiceMock<mock_agent> agent;
  client asking{client_options(agent.address()).reconnect(false)};
};

TEST_F(mocked_agent, answers_what_the_test_returns) {
  coordinate where{std::vector<double>(8, 0.5), 1.25, 0.25, 0.125};
  key_report report{{{"a2V5", 2}}, {}, 2, 2, 0};
  agent_stats stats;
  stats.node_name = "n9";
  stats.failed = 3;
  stats.encrypted = true;
  stats.tags = {{"role", "web"}};
  stats.sections["extra"]["key"] = "value";
  EXPECT_CALL(agent, members(sent_members{})).WillOnce(Return(std::vector<member>{named("n9")}));
  EXPECT_CALL(agent, get_coordinate("n9")).WillOnce(Return(where));
  EXPECT_CALL(agent, get_coordinate("n8")).WillOnce(Return(std::nullopt));
  EXPECT_CALL(agent, list_keys()).WillOnce(Return(report));
  EXPECT_CALL(agent, stats()).WillOnce(Return(stats));
  EXPECT_CALL(agent, join(_)).WillOnce(Return(2));

  EXPECT_THAT(asking.members().get(), ElementsAre(named("n9")));
  EXPECT_EQ(asking.get_coordinate("n9").get(), where);
  EXPECT_EQ(asking.get_coordinate("n8").get(), std::nullopt);
  EXPECT_EQ(asking.list_keys().get(), report);
  const auto got = asking.stats().get();
  EXPECT_EQ(got.node_name, "n9");
  EXPECT_EQ(got.failed, 3);
  EXPECT_TRUE(got.encrypted);
  EXPECT_EQ(got.tags, stats.tags);
  EXPECT_EQ(got.sections.at("extra").at("key"), "value");
  EXPECT_EQ(asking.join({"10.0.0.1:7946", "10.0.0.2:7946"}).get(), 2);
}

TEST_F(mocked_agent, refuses_in_the_words_of_the_test) {
  EXPECT_CALL(agent, event(_)).WillOnce(Return(refusal("too loud")));
  EXPECT_CALL(agent, join(_)).WillOnce(Return(refusal("nobody there")));
  EXPECT_CALL(agent, use_key("a2V5"))
      .WillOnce(Return(
          refusal("1/2 nodes reported failure", key_report{{}, {{"n2", "no such key"}}, 2, 2, 1})));
  try {
    asking.event("deploy", "v1").get();
    FAIL() << "not refused";
  } catch (const agent_error& error) {
    EXPECT_EQ(error.agent_text(), "too loud");
  }
  EXPECT_THROW(asking.join("a:1").get(), agent_error);
  try {
    asking.use_key("a2V5").get();
    FAIL() << "not refused";
  } catch (const keyring_error& error) {
    EXPECT_EQ(error.report().messages.at("n2"), "no such key");
  }
  EXPECT_EQ(asking.members().get().size(), 1U) << "the connection is fine";
}

TEST_F(mocked_agent, sees_what_the_client_sends) {
  EXPECT_CALL(agent, event(sent_event{"deploy", "v1", false}));
  EXPECT_CALL(agent, tags(sent_tags{{{"role", "web"}}, {"old"}}));
  EXPECT_CALL(agent, join(sent_join{{"a:1", "b:2"}, true}));
  EXPECT_CALL(agent, force_leave(sent_force_leave{"n2", true}));
  EXPECT_CALL(agent, members(AllOf(Field(&sent_members::status, "(?:alive)"),
                                   Field(&sent_members::name, "(?:web-1)"))))
      .Times(AtLeast(1));
  EXPECT_CALL(agent,
              query(AllOf(Field(&sent_query::name, "load"), Field(&sent_query::payload, "now"),
                          Field(&sent_query::nodes, ElementsAre("n1")),
                          Field(&sent_query::timeout, std::chrono::nanoseconds(50ms)),
                          Field(&sent_query::request_ack, true))));

  asking.event(user_event_request("deploy", "v1").coalesce(false)).get();
  asking.tags(tag_changes().set("role", "web").remove("old")).get();
  asking.join({"a:1", "b:2"}, join_options().replay(true)).get();
  asking.force_leave("n2", force_leave_options().prune()).get();
  asking.members(member_filter().name(exact("web-1")).status(exact("alive"))).get();
  asking.ask(query_request("load", "now").node("n1").timeout(50ms).request_ack()).get();
}

TEST(mock_agent, lets_the_cluster_answer_a_query_that_is_expected) {
  NiceMock<mock_agent> agent(fake_agent_options().manual_clock());
  agent.fake().answer("n1", "load", "0.7");
  EXPECT_CALL(agent, query(Field(&sent_query::name, "load")));
  client asking(agent.address());
  auto load = asking.ask(query_request("load").timeout(1min));
  ASSERT_TRUE(agent.fake().wait_for_live(1, 20s));
  agent.fake().advance(1min);
  EXPECT_THAT(load.get().responses, ElementsAre(query_response{"n1", "0.7"}));
}

TEST_F(mocked_agent, does_as_the_fake_one_where_the_test_says_nothing) {
  auto events = asking.stream("user").get();
  EXPECT_CALL(agent, event(_));
  asking.event("deploy", "v1").get();
  EXPECT_EQ(std::get<user_event>(events.next_for(20s).value()).payload, "v1");
  EXPECT_EQ(asking.members().get().at(0).name, "n1");
  EXPECT_EQ(asking.stats().get().node_name, "n1");
}

TEST_F(mocked_agent, accepts_without_effect) {
  auto events = asking.stream("user").get();
  EXPECT_CALL(agent, event(_)).WillOnce(Return(accepted())).WillOnce(Return(agent_verdict()));
  asking.event("lost", "").get();
  asking.event("carried", "").get();
  EXPECT_EQ(std::get<user_event>(events.next_for(20s).value()).name, "carried");
}

TEST_F(mocked_agent, has_the_last_word_on_streams_and_pushes_their_records) {
  EXPECT_CALL(agent, stream("user:no")).WillOnce(Return(refusal("Invalid event filter")));
  EXPECT_CALL(agent, stream("user:yes"));
  EXPECT_THROW(asking.stream("user:no").get(), agent_error);
  auto events = asking.stream("user:yes").get();
  agent.fake().push_user_event({"yes", "1"});
  EXPECT_EQ(std::get<user_event>(events.next_for(20s).value()).payload, "1");
}

TEST_F(mocked_agent, pushes_from_inside_a_method) {
  auto events = asking.stream("member-join").get();
  EXPECT_CALL(agent, join(_)).WillOnce([&](const sent_join&) {
    agent.fake().join(fake_member("n2"));
    return 1;
  });
  EXPECT_EQ(asking.join("10.0.0.2:7946").get(), 1);
  EXPECT_EQ(std::get<member_event>(events.next_for(20s).value()).members.at(0).name, "n2");
}

TEST_F(mocked_agent, may_end_connections_from_inside_a_method) {
  asking.ready().get();
  EXPECT_CALL(agent, stats()).WillOnce([&] {
    agent.fake().reset_connections();
    return agent_reply<agent_stats>();
  });
  EXPECT_THROW(asking.stats().get(), connection_error);
}

TEST_F(mocked_agent, is_called_on_a_thread_of_its_own_with_no_lock_held) {
  std::thread::id caller;
  EXPECT_CALL(agent, stats()).WillOnce([&] {
    caller = std::this_thread::get_id();
    EXPECT_GE(agent.fake().connections_open(), 1U) << "looks without waiting for itself";
    return agent_reply<agent_stats>();
  });
  asking.stats().get();
  EXPECT_NE(caller, std::this_thread::get_id());
}

TEST_F(mocked_agent, makes_a_refusal_of_what_a_method_throws) {
  EXPECT_CALL(agent, stats()).WillOnce([]() -> agent_reply<agent_stats> {
    throw std::runtime_error("out of order");
  });
  try {
    asking.stats().get();
    FAIL() << "not refused";
  } catch (const agent_error& error) {
    EXPECT_EQ(error.agent_text(), "out of order");
  }
}

TEST_F(mocked_agent, checks_sequences_and_clears_when_the_client_is_closed) {
  {
    const InSequence in_order;
    EXPECT_CALL(agent, tags(_));
    EXPECT_CALL(agent, leave());
  }
  asking.tags(tag_changes().set("a", "1")).get();
  asking.leave().get();
  asking.close();
  EXPECT_TRUE(agent.fake().wait_for_open_connections(0, 20s));
  EXPECT_TRUE(Mock::VerifyAndClear(&agent));
}

TEST(strict_mock_agent, expects_what_every_client_does_by_itself) {
  StrictMock<mock_agent> agent;
  EXPECT_CALL(agent, stream("user"));
  client asking(agent.address());
  static_cast<void>(asking.stream("user").get());
  asking.close();
}

TEST(agent_requests, print_themselves_with_what_is_unprintable_escaped) {
  EXPECT_EQ(::testing::PrintToString(sent_event{"a\n", "v1", true}),
            "event \"a\\n\" payload \"v1\" coalesce");
  EXPECT_EQ(::testing::PrintToString(sent_join{{"a:1", "b:2"}, true}), "join [a:1, b:2] replay");
  EXPECT_EQ(::testing::PrintToString(sent_tags{{{"a", "1"}}, {"b"}}),
            "tags set \"a=1\" removed [b]");
  EXPECT_EQ(::testing::PrintToString(sent_respond{3, "x"}), "respond 3 payload \"x\"");
  EXPECT_EQ(::testing::PrintToString(sent_force_leave{"n2", true}), "force-leave \"n2\" prune");
  EXPECT_EQ(::testing::PrintToString(agent_reply<int>(refusal("no"))), "refusal: no");
}

}  // namespace
}  // namespace serf::testing
