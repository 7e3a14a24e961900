// Streams that end while events pour in: an agent sends up to 512 more of what it had queued.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;

TEST(stop, under_a_storm_of_late_records_leaves_all_other_calls_right) {
  fake_agent agent;
  client asking(client_options(agent.address()).stream_linger(0s));
  constexpr int cycles = 500;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    const auto late = static_cast<std::size_t>(cycle * 37 % 513);
    agent.on("stop").once().as_usual();  // of nothing: it makes sure of the stream
    agent.on("stop").once().send_late_records(cycle == 0 ? 512 : late);
    auto stream = asking.stream("user:" + std::to_string(cycle)).get();
    ASSERT_EQ(agent.push_user_event({std::to_string(cycle)}), 1U);
    const auto event = stream.next_for(20s);
    ASSERT_TRUE(event);
    EXPECT_EQ(std::get<user_event>(*event).name, std::to_string(cycle));
    stream.close();
    auto members = asking.members();
    auto stats = asking.stats();
    EXPECT_EQ(members.get().size(), 1U);
    EXPECT_EQ(stats.get().node_name, "n1");
    ASSERT_TRUE(agent.wait_for_request("stop", 20s, 2 * static_cast<std::size_t>(cycle) + 2));
  }
  EXPECT_EQ(asking.state(), connection_state::ready);
  EXPECT_EQ(agent.connections_accepted(), 1U);
}

TEST(stop, does_not_come_while_somebody_may_want_the_same_filter_again) {
  fake_agent agent;
  client asking(client_options(agent.address()).stream_linger(1h));
  for (int i = 0; i < 100; ++i) {
    auto stream = asking.stream("user").get();
    ASSERT_EQ(agent.push_user_event({std::to_string(i)}), 1U);
    const auto event = stream.next_for(20s);
    ASSERT_TRUE(event);
    EXPECT_EQ(std::get<user_event>(*event).name, std::to_string(i));
  }
  EXPECT_EQ(agent.requests("stream").size(), 1U);
  EXPECT_EQ(agent.requests("stop").size(), 1U) << "that of nothing, which makes sure of the stream";
}

TEST(stop, of_a_dropped_future_waits_for_nothing_and_leaves_nothing_behind) {
  fake_agent agent;
  agent.on("stream").hold();
  client asking(client_options(agent.address()).stream_linger(0s));
  static_cast<void>(asking.stream("user"));
  static_cast<void>(asking.monitor());
  ASSERT_TRUE(agent.wait_for_request("stream", 20s));
  ASSERT_TRUE(agent.wait_for_request("monitor", 20s));
  agent.release();
  ASSERT_TRUE(agent.wait_for_request("stop", 20s, 2));
  EXPECT_TRUE(agent.wait_for_live(0, 20s));
  EXPECT_TRUE(agent.wait_for_open_connections(1, 20s)) << "the monitor's own is closed";
  EXPECT_EQ(asking.members().get().size(), 1U);
}

TEST(monitors, have_a_connection_each_that_ends_with_them) {
  fake_agent agent(testing::fake_agent_options().quiet_log());
  client asking(agent.address());
  {
    auto first = asking.monitor(log_level::info).get();
    auto second = asking.monitor(log_level::warn).get();
    EXPECT_TRUE(agent.wait_for_open_connections(3, 20s));
    agent.push_log("2026/11/25 01:23:42 [WARN] agent: hot");
    for (auto* stream : {&first, &second}) {
      const auto entry = stream->next_for(20s);
      ASSERT_TRUE(entry);
      EXPECT_EQ(std::get<log_line>(*entry).text, "hot");
    }
  }
  EXPECT_TRUE(agent.wait_for_open_connections(1, 20s));
  EXPECT_EQ(asking.members().get().size(), 1U);
}

TEST(monitors, marks_as_backlog_what_comes_before_the_line_on_its_own_connection) {
  fake_agent agent;
  client asking(agent.address());
  asking.ready().get();
  const auto log = [&](const std::string& text) {
    agent.push_log("2026/11/25 01:23:42 [INFO] " + text);
  };
  log("agent: old");
  log("agent.ipc: Accepted client: 192.0.2.1:1");  // another's
  auto stream = asking.monitor().get();
  log("agent: still old, as far as anybody knows");
  std::vector<bool> backlog;
  const auto next = [&] {
    const auto entry = stream.next_for(20s);
    return entry && std::get<log_line>(*entry).backlog;
  };
  EXPECT_TRUE(next());
  EXPECT_TRUE(next());
}

}  // namespace
}  // namespace serf
