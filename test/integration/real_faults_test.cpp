// What happens to real agents: rows of docs/faults.md that a fake cannot stand for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <optional>
#include <ostream>
#include <string>

#include <serf/client.hpp>

#include "component/changes.hpp"
#include "component/fault_expectations.hpp"
#include "support/real_agent.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using ::testing::HasSubstr;
using state = connection_state;

// Fires until one arrives: what the stream brings up to then.
void expect_events(client& client, event_stream& events, const std::string& name) {
  client.event(user_event_request(name).coalesce(false)).get();
  EXPECT_EQ(name_of(events.next_for(patience)), name);
  EXPECT_FALSE(events.end()) << to_string(events.end());
}

struct agent_fault {
  const char* name;
  std::function<void(real_agent&)> begin, end;
  std::string loss;       // what is told of the loss
  std::string meanwhile;  // what calls fail of until it is over
  std::chrono::seconds heartbeat = 20s;
};

void PrintTo(const agent_fault& row, std::ostream* out) { *out << row.name; }

class agent : public ::testing::TestWithParam<agent_fault> {
 protected:
  real_agent agent_;
};

TEST_P(agent, is_told_and_overcome) {
  const auto& row = GetParam();
  changes heard;
  client client(faulted_client(agent_.rpc_address())
                    .heartbeat(row.heartbeat)
                    .heartbeat_timeout(row.heartbeat)
                    .connect_timeout(1s));
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  auto replies = client.query(query_request("load").timeout(60s)).get();
  expect_events(client, events, "before");

  const memory_growth growth;
  row.begin(agent_);
  ASSERT_TRUE(heard.wait_for(state::lost, patience));
  for (const auto& each : heard.all()) {
    if (each.state != state::lost) continue;
    EXPECT_THAT(each.reason, HasSubstr(agent_.rpc_address()));
    EXPECT_THAT(each.reason, HasSubstr(row.loss));
    break;
  }
  while (replies.next_for(patience)) {
  }
  EXPECT_EQ(replies.end().state, stream_state::lost) << "a query is not asked again";
  ASSERT_TRUE(heard.wait_for_reason(row.meanwhile, patience));
  expect_no_spinning_during([&] {
    const auto why = failure_of(client.members({}, 300ms));
    expect_failure(why, errc::unreachable, "no connection within 300 ms", agent_.rpc_address());
  });
  EXPECT_FALSE(events.end()) << to_string(events.end());

  row.end(agent_);
  EXPECT_EQ(client.members().get().size(), 1U);
  EXPECT_EQ(name_of(events.next_for(patience)), to_string(gap_reason::reconnected));
  expect_events(client, events, "after");
  EXPECT_LE(growth.mib(), 16 * memory_factor);
}

const auto restart = [](real_agent& agent) { agent.restart(); };

INSTANTIATE_TEST_SUITE_P(
    real, agent,
    ::testing::Values(agent_fault{"sigkill", [](auto& agent) { agent.kill(); }, restart,
                                  "connection", "Connection refused"},
                      agent_fault{"sigterm", [](auto& agent) { agent.terminate(); }, restart,
                                  "connection", "Connection refused"},
                      agent_fault{"sigstop_then_sigcont", [](auto& agent) { agent.freeze(); },
                                  [](auto& agent) { agent.thaw(); }, "nor answered a heartbeat",
                                  "no answer to the handshake", 1s}),
    [](const auto& row) { return row.param.name; });

TEST(real_agent_fault, sigstop_for_30_s_then_sigcont_lets_each_call_fail_by_its_deadline) {
  constexpr auto deadline = 500ms;
  real_agent agent;
  changes heard;
  client client(
      faulted_client(agent.rpc_address()).heartbeat(2s).heartbeat_timeout(2s).connect_timeout(1s));
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  agent.freeze();
  const auto frozen = clock::now();
  auto worst = clock::duration::zero();
  const memory_growth growth;
  expect_no_spinning_during([&] {
    while (clock::now() - frozen < 30s) {
      const auto start = clock::now();
      EXPECT_TRUE(failure_of(client.stats(deadline))) << "a frozen agent answered";
      worst = std::max(worst, clock::now() - start);
    }
  });
  std::cout << "each call had failed after "
            << std::chrono::duration_cast<std::chrono::milliseconds>(worst).count() << " ms of "
            << deadline.count() << '\n';
  EXPECT_GE(worst, deadline);
  EXPECT_LT(worst, deadline + 5s);
  EXPECT_LE(growth.mib(), 16 * memory_factor);
  EXPECT_THAT(heard.last(state::lost).reason, HasSubstr("no answer to the handshake"));

  agent.thaw();
  EXPECT_EQ(client.stats(patience).get().node_name, agent.name());
  EXPECT_EQ(name_of(events.next_for(patience)), to_string(gap_reason::reconnected));
  expect_events(client, events, "after");
}

TEST(real_agent_fault, sigstop_shorter_than_the_heartbeat_loses_nothing) {
  real_agent agent;
  changes heard;
  client client(faulted_client(agent.rpc_address()));
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  agent.freeze();
  auto asked = client.members();
  auto fired = client.event(user_event_request("during").coalesce(false));
  expect_failure(failure_of(client.stats(300ms)), errc::timed_out, "no answer within 300 ms",
                 agent.rpc_address());
  agent.thaw();
  EXPECT_EQ(asked.get().size(), 1U);
  fired.get();
  EXPECT_EQ(name_of(events.next_for(patience)), "during");
  expect_events(client, events, "after");
  EXPECT_EQ(client.stats().get().node_name, agent.name());
  EXPECT_EQ(heard.last(state::lost).reason, "") << "never lost";
}

TEST(real_agent_fault, restart_on_the_same_port_is_overcome) {
  real_agent agent;
  client client(faulted_client(agent.rpc_address()));
  auto events = client.stream("user").get();
  for (int i = 0; i < 3; ++i) {
    agent.restart();
    expect_served(client);
    EXPECT_EQ(name_of(events.next_for(patience)), to_string(gap_reason::reconnected));
    expect_events(client, events, "after");
  }
}

TEST(real_agent_fault, restart_with_another_key_ends_the_client_and_is_not_tried_again) {
  real_agent agent(real_agent_options().auth_key("first").extra_config("{}"));
  changes heard;
  client client(faulted_client(agent.rpc_address()).auth_key("first"));
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  expect_events(client, events, "before");
  std::ofstream(agent.directory() + "/2.json") << R"({"rpc_auth": "second"})";
  agent.restart();
  ASSERT_TRUE(heard.wait_for(state::closed, patience));
  EXPECT_FALSE(events.next_for(patience));
  EXPECT_EQ(events.end().state, stream_state::rejected);
  EXPECT_EQ(events.end().failure->code, errc::auth_rejected);
  const auto why = failure_of(client.members());
  expect_failure(why, errc::auth_rejected, "Invalid authentication token", agent.rpc_address());
  EXPECT_THAT(why->message, HasSubstr("client_options::auth_key"));
  EXPECT_EQ(why->message.find("first"), std::string::npos) << "no key in a message";

  serf::client with_the_new_one(client_options(agent.rpc_address()).auth_key("second"));
  EXPECT_EQ(with_the_new_one.members().get().size(), 1U);
}

}  // namespace
}  // namespace serf::testing
