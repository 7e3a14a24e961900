// monitor: levels, the backlog, and that there is one a connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <serf/client.hpp>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class monitor : public on_every_lone_agent {
 protected:
  std::string refusal(wire& by, const std::string& level) {
    return by.error_of("monitor", fake_map{{"LogLevel", level}});
  }
  std::string next_line(wire& of, std::uint64_t of_seq) {
    return of.record_of(of_seq)["Log"].text();
  }
  // Reads until a line says it, and returns that.
  std::string line_with(wire& of, std::uint64_t of_seq, const std::string& text) {
    for (;;) {
      const auto line = next_line(of, of_seq);
      if (line.empty() || line.find(text) != std::string::npos) return line;
    }
  }
};

TEST_P(monitor, of_an_unknown_level_is_refused_in_capitals) {
  for (const std::string level : {"bogus", "error", "warning", " info", "0"}) {
    std::string capitals;
    for (const char c : level) capitals += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    EXPECT_EQ(refusal(*client, level), "Unknown log level: " + capitals);
  }
  EXPECT_EQ(refusal(*client, ""), "Unknown log level: ");
  EXPECT_EQ(refusal(*client, "info"), "") << "the connection is as it was";
}

TEST_P(monitor, takes_every_level_in_any_case) {
  for (const std::string level : {"trace", "debug", "info", "warn", "err", "INFO", "Warn"}) {
    EXPECT_EQ(refusal(*connect(), level), "") << level;
  }
}

TEST_P(monitor, begins_with_what_was_logged_before) {
  EXPECT_EQ(client->error_of("event", fake_map{{"Name", "long-ago"}}), "");
  EXPECT_EQ(refusal(*client, "info"), "");
  const auto line = line_with(*client, client->seq, "agent.ipc: Accepted client: ");
  EXPECT_THAT(line, MatchesRegex("[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} "
                                 "\\[INFO\\] agent.ipc: Accepted client: [0-9.]+:[0-9]+"));
}

TEST_P(monitor, goes_on_with_what_is_logged_then) {
  EXPECT_EQ(refusal(*client, "info"), "");
  const auto other = connect();  // the agent notes who connects
  line_with(*client, client->seq, "agent.ipc: Accepted client: ");
  line_with(*client, client->seq, "agent.ipc: Accepted client: ");
}

TEST_P(monitor, gets_lines_of_its_level_and_above_only) {
  EXPECT_EQ(refusal(*client, "info"), "");
  const auto lines = client->seq;
  for (int i = 0; i < 3; ++i) {
    const auto other = connect();
    const auto line = next_line(*client, lines);
    EXPECT_THAT(line, HasSubstr("["));
    EXPECT_EQ(line.find("[DEBUG]"), std::string::npos) << line;
    EXPECT_EQ(line.find("[TRACE]"), std::string::npos) << line;
  }
}

TEST_P(monitor, is_one_a_connection) {
  EXPECT_EQ(refusal(*client, "info"), "");
  const auto first = client->seq;
  EXPECT_EQ(refusal(*client, "debug"), "Monitor already exists");
  EXPECT_THAT(line_with(*client, first, "Accepted client"), HasSubstr("Accepted client"));
  EXPECT_EQ(client->error_of("stop", fake_map{{"Stop", first}}), "");
  EXPECT_EQ(refusal(*client, "info"), "") << "another one, now that the first is stopped";
}

TEST_P(monitor, stopped_ends_also_where_it_was_not_the_last_request) {
  EXPECT_EQ(refusal(*client, "err"), "");
  const auto lines = client->seq;
  EXPECT_EQ(client->answer_to("members").error, "");
  EXPECT_EQ(client->error_of("stop", fake_map{{"Stop", lines}}), "");
  EXPECT_EQ(client->answer_to("members").error, "");
}

TEST_P(monitor, through_a_client_is_that_of_the_wire) {
  serf::client serf(client_options(agent().rpc_address()).reconnect(false));
  auto lines = serf.monitor(serf::log_level::info).get();
  for (;;) {
    const auto next = lines.next_for(20s);
    ASSERT_TRUE(next);
    const auto* line = std::get_if<log_line>(&*next);
    ASSERT_NE(line, nullptr);
    if (line->component != "agent.ipc") continue;
    EXPECT_THAT(line->text, HasSubstr("Accepted client"));
    break;
  }
}

SERF_ON_EVERY_AGENT(monitor);

}  // namespace
}  // namespace serf::testing
