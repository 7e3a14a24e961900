// What a fake agent keeps for clients that do not read, and for monitors that are still to come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/fake_client.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::StartsWith;

// Of which the kernel takes some hundred: each is of 10 kB.
constexpr int events = 5000;
std::string payload_of(int number) {
  return std::to_string(number) + " " + std::string(10000, 'x');
}

TEST(slow_readers, lose_the_newest_records_where_the_agent_is_to_drop_them) {
  fake_agent agent(fake_agent_options().drop_records());
  fake_client reading(agent.host(), agent.port());
  reading.handshake();
  reading.send(1, "stream", fake_map{{"Type", "user"}});
  EXPECT_EQ(reading.read_error(), "");
  int dropped = 0;
  int kept = 0;
  for (int i = 1; i <= events; ++i) {
    agent.push_user_event({"e", payload_of(i)}) == 0 ? ++dropped : ++kept;
    if (dropped > 0) break;
  }
  EXPECT_GE(kept, 512);
  EXPECT_LT(kept, events);
  for (int i = 1; i <= kept; ++i) {
    ASSERT_EQ(reading.read_value()["Seq"], 1);
    ASSERT_EQ(reading.read_value()["Payload"].bytes(), payload_of(i));
  }
  EXPECT_EQ(agent.push_user_event({"e", "after"}), 1U) << "there is room again";
  reading.read_value();
  EXPECT_EQ(reading.read_value()["Payload"].bytes(), "after");

  client asking(agent.address());
  auto log = asking.monitor(log_level::warn).get();
  EXPECT_THAT(std::get<log_line>(log.next_for(20s).value()).text,
              StartsWith("Dropping event to ipc.client: 127.0.0.1:"));
}

TEST(slow_readers, of_the_log_do_not_make_it_grow) {
  fake_agent agent(fake_agent_options().drop_records());
  fake_client reading(agent.host(), agent.port());
  reading.handshake();
  reading.send(1, "monitor", fake_map{{"LogLevel", "trace"}});
  EXPECT_EQ(reading.read_error(), "");
  int pushed = 0;
  const std::string line = "2026/11/25 01:23:42 [INFO] agent: " + std::string(10000, 'x');
  while (pushed < events && agent.push_log(line) > 0) ++pushed;
  EXPECT_GE(pushed, 500);
  EXPECT_LT(pushed, events);
}

TEST(slow_readers, lose_nothing_by_default) {
  fake_agent agent;
  client listening(agent.address());
  auto stream = listening.stream("user", stream_options().max_records(events)).get();
  EXPECT_EQ(agent.push_burst(events, "e"), 1U);
  for (int i = 1; i <= events; ++i) {
    ASSERT_EQ(std::get<user_event>(stream.next_for(20s).value()).payload, std::to_string(i));
  }
}

TEST(monitors, that_start_late_get_exactly_the_last_512_lines) {
  fake_agent agent(fake_agent_options().quiet_log());
  const auto line = [](int number) {
    return "2026/11/25 01:23:42 [INFO] agent: line " + std::to_string(number);
  };
  for (int i = 1; i <= 700; ++i) agent.push_log(line(i));
  fake_client reading(agent.host(), agent.port());
  reading.handshake();
  reading.send(1, "monitor", fake_map{{"LogLevel", "info"}});
  EXPECT_EQ(reading.read_error(), "");
  for (int i = 700 - 511; i <= 700; ++i) {
    ASSERT_EQ(reading.read_value()["Seq"], 1);
    ASSERT_EQ(reading.read_value()["Log"], line(i));
  }
  agent.push_log(line(701));
  reading.read_value();
  EXPECT_EQ(reading.read_value()["Log"], line(701));
}

}  // namespace
}  // namespace serf::testing
