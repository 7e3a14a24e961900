// With coalesce(), a fake agent merges events as real ones do, by its own clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class coalescing : public ::testing::Test {
 protected:
  // A user event's name and payload, or a kind and the members; up to the event "mark".
  std::vector<std::string> told() {
    agent.push_user_event({"mark"});
    std::vector<std::string> all;
    for (;;) {
      const auto event = events.next_for(20s).value();
      std::string text;
      if (const auto* user = std::get_if<user_event>(&event)) {
        if (user->name == "mark") return all;
        text = user->name + " " + user->payload;
      } else if (const auto* of_members = std::get_if<member_event>(&event)) {
        text = to_string(of_members->kind);
        for (const auto& member : of_members->members) text += " " + member.name;
      } else {
        text = "query";
      }
      all.push_back(text);
    }
  }
  void fire(const std::string& name, const std::string& payload) {
    agent.push_user_event({name, payload, true});
  }

  fake_agent agent{fake_agent_options().coalesce().manual_clock().members({{"n1"}, {"n2"}})};
  client listening{client_options(agent.address()).reconnect(false)};
  event_stream events = listening.stream().get();
};

TEST_F(coalescing, holds_events_until_none_has_come_for_a_second) {
  fire("deploy", "v1");
  agent.advance(999ms);
  fire("deploy", "v2");
  fire("other", "x");
  agent.advance(999ms);
  EXPECT_THAT(told(), ElementsAre());
  agent.advance(1ms);
  EXPECT_THAT(told(), ElementsAre("deploy v2", "other x"));
  agent.advance(1h);
  EXPECT_THAT(told(), ElementsAre());
}

TEST_F(coalescing, holds_events_for_three_seconds_at_most) {
  for (int i = 1; i <= 4; ++i) {
    fire("deploy", std::to_string(i));
    EXPECT_THAT(told(), ElementsAre());
    agent.advance(i < 4 ? 900ms : 300ms);
  }
  EXPECT_THAT(told(), ElementsAre("deploy 4"));
}

TEST_F(coalescing, tells_the_event_of_the_latest_time) {
  agent.push_user_event({"deploy", "late", true, 9});
  agent.push_user_event({"deploy", "early", true, 3});
  agent.advance(1s);
  EXPECT_THAT(told(), ElementsAre("deploy late"));
}

TEST_F(coalescing, lets_others_pass_at_once) {
  fire("deploy", "v1");
  agent.push_user_event({"deploy", "v2"});
  agent.push_query("load");
  EXPECT_THAT(told(), ElementsAre("deploy v2", "query"));
}

TEST_F(coalescing, puts_members_into_one_record_with_the_last_that_was) {
  agent.join({"n3"});
  agent.join({"n4"});
  agent.fail("n2");
  agent.fail("n4");
  agent.advance(1s);
  EXPECT_THAT(told(), ElementsAre("member-failed n2 n4", "member-join n3"));
}

TEST_F(coalescing, repeats_an_update_whenever_it_tells_of_members_as_agents_do) {
  agent.update_tags("n1", {{"role", "web"}});
  agent.advance(1s);
  EXPECT_THAT(told(), ElementsAre("member-update n1"));
  agent.fail("n2");
  agent.advance(1s);
  EXPECT_THAT(told(), ElementsAre("member-update n1", "member-failed n2"));
}

TEST_F(coalescing, holds_nothing_back_at_the_end) {
  fire("deploy", "v1");
  agent.leave("n1");
  const auto left = events.next_for(20s);
  ASSERT_TRUE(left);
  EXPECT_EQ(std::get<member_event>(*left).kind, member_event_kind::leave);
  EXPECT_EQ(std::get<user_event>(events.next_for(20s).value()).payload, "v1");
  EXPECT_FALSE(events.next_for(20s));
}

TEST(coalescing_at_the_end, tells_nothing_again) {
  fake_agent agent(
      fake_agent_options().coalesce().manual_clock().leave_takes(2s).members({{"n1"}, {"n2"}}));
  client listening(client_options(agent.address()).reconnect(false));
  auto events = listening.stream().get();
  agent.update_tags("n2", {{"role", "web"}});
  agent.advance(1s);
  client leaving(client_options(agent.address()).reconnect(false));
  auto left = leaving.leave();
  ASSERT_TRUE(agent.wait_for_request("leave", 20s));
  agent.advance(1s);
  agent.advance(1s);
  left.get();
  std::vector<member_event_kind> kinds;
  while (const auto event = events.next_for(20s)) {
    kinds.push_back(std::get<member_event>(*event).kind);
  }
  EXPECT_THAT(kinds, ElementsAre(member_event_kind::update, member_event_kind::leave,
                                 member_event_kind::update));
}

}  // namespace
}  // namespace serf::testing
