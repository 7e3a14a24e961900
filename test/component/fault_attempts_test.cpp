// A fault that comes back: the connection is lost, and the next ones come to nothing, each in
// another way, before one lasts. Streams sleep through all of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <variant>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "component/changes.hpp"
#include "component/fault_expectations.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using state = connection_state;

struct vain_attempts {
  const char* name;
  std::function<void(fake_agent&)> begin, end;
};

void PrintTo(const vain_attempts& row, std::ostream* out) { *out << row.name; }

class attempts : public ::testing::TestWithParam<vain_attempts> {
 protected:
  static constexpr int in_vain = 5;  // at least
};

TEST_P(attempts, in_vain_end_neither_streams_nor_logs_nor_responders) {
  const auto& row = GetParam();
  fake_agent agent;
  changes heard;
  client client(faulted_client(agent.address()).connect_timeout(100ms));
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get(), shared = client.stream("user").get();
  auto log = client.monitor(log_level::info).get();
  auto kept = client.answer("load", [](const query_event&) { return "0.7"; });
  kept.ready().get();

  row.begin(agent);
  agent.close_connections();
  ASSERT_TRUE(heard.wait_for(state::lost, patience, in_vain + 1));
  EXPECT_FALSE(events.end()) << to_string(events.end());
  EXPECT_FALSE(log.end()) << to_string(log.end());
  EXPECT_FALSE(events.try_next()) << "no gap before something may come behind it";
  row.end(agent);

  ASSERT_TRUE(agent.wait_for_live(3, patience));
  EXPECT_EQ(client.members({}, patience).get().size(), 1U);
  agent.push_user_event({"after"});
  for (auto* const each : {&events, &shared}) {
    EXPECT_EQ(name_of(each->next_for(patience)), to_string(gap_reason::reconnected));
    EXPECT_EQ(name_of(each->next_for(patience)), "after");
  }
  for (bool behind_a_gap = false; !behind_a_gap;) {
    const auto entry = log.next_for(patience);
    ASSERT_TRUE(entry) << to_string(log.end());
    behind_a_gap = std::holds_alternative<gap>(*entry);
  }
  agent.push_query("load");
  EXPECT_TRUE(agent.wait_for_request("respond", patience));
}

INSTANTIATE_TEST_SUITE_P(
    again, attempts,
    ::testing::Values(vain_attempts{"refused", [](auto& agent) { agent.refuse_connections(); },
                                    [](auto& agent) { agent.accept_connections(); }},
                      vain_attempts{"closed_in_the_handshake",
                                    [](auto& agent) { agent.on("handshake").close_connection(); },
                                    [](auto& agent) { agent.on("handshake").as_usual(); }},
                      vain_attempts{"silent_in_the_handshake",
                                    [](auto& agent) { agent.on("handshake").stay_silent(); },
                                    [](auto& agent) { agent.on("handshake").as_usual(); }},
                      vain_attempts{"closed_before_streams_are_acknowledged",
                                    [](auto& agent) { agent.on("stream").close_connection(); },
                                    [](auto& agent) { agent.on("stream").as_usual(); }},
                      vain_attempts{"closed_before_streams_are_confirmed",
                                    [](auto& agent) { agent.on("stop").close_connection(); },
                                    [](auto& agent) { agent.on("stop").as_usual(); }}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace serf::testing
