// The agent's log, followed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <future>
#include <iterator>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <serf/client.hpp>

#include "integration/event_storm.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::occurrences;
using testing::wait_until;

class monitor : public ::testing::Test {
 protected:
  void fire(const std::string& name) {
    client_.event(user_event_request(name).coalesce(false)).get();
  }
  static std::string received(const std::string& name) {
    return "Received event: user-event: " + name;
  }

  // The lines up to the one with that text, which is the last.
  static std::vector<log_line> take_until(log_stream& from, const std::string& text) {
    std::vector<log_line> lines;
    while (const auto next = from.next_for(10s)) {
      const auto* const line = std::get_if<log_line>(&*next);
      if (line == nullptr) {
        ADD_FAILURE() << to_string(*next);
        break;
      }
      lines.push_back(*line);
      if (line->text == text) return lines;
    }
    ADD_FAILURE() << "no line with " << text;
    return lines;
  }

  static std::ptrdiff_t descriptors() {
    namespace fs = std::filesystem;
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  }

  testing::real_agent agent_;
  serf::client client_{client_options(agent_.rpc_address()).reconnect(false)};
};

TEST_F(monitor, takes_each_line_to_pieces_and_keeps_it_whole) {
  fire("before");
  auto stream = client_.monitor(log_level::debug).get();
  fire("after");
  const auto lines = take_until(stream, received("after"));
  const std::string log = agent_.log();
  const std::regex time("\\d{4}/\\d{2}/\\d{2} \\d{2}:\\d{2}:\\d{2}");
  const auto word = [](log_level level) {
    return level == log_level::debug ? "[DEBUG] " : level == log_level::info ? "[INFO] " : "[?] ";
  };
  std::size_t debug = 0;
  for (const log_line& each : lines) {
    EXPECT_TRUE(std::regex_match(each.time, time)) << each;
    EXPECT_THAT(each.component, ::testing::AnyOf("agent", "agent.ipc", "serf", "memberlist"));
    EXPECT_EQ(each.raw, each.time + " " + word(each.level) + each.component + ": " + each.text);
    EXPECT_THAT(log, HasSubstr(each.raw + "\n"));
    debug += each.level == log_level::debug ? 1 : 0;
  }
  EXPECT_GT(debug, 0U) << "the agent notes at this level what it is asked to send";
  EXPECT_EQ(lines.back().level, log_level::info);
  EXPECT_EQ(lines.back().component, "agent");
}

TEST_F(monitor, tells_lines_from_before_from_those_written_since) {
  for (const auto level : {log_level::info, log_level::debug, log_level::trace}) {
    const std::string before = "before-" + to_string(level), after = "after-" + to_string(level);
    fire(before);
    ASSERT_TRUE(agent_.wait_for_log(received(before), 10s));
    auto stream = client_.monitor(level).get();
    fire(after);
    bool seen_before = false;
    for (const log_line& each : take_until(stream, received(after))) {
      if (each.text == received(before)) {
        seen_before = true;
        EXPECT_TRUE(each.backlog) << each;
      }
      if (each.text == received(after)) {
        EXPECT_FALSE(each.backlog) << each;
      }
    }
    EXPECT_TRUE(seen_before);
  }
}

TEST_F(monitor, repeats_512_lines_of_a_longer_log_and_goes_on_with_new_ones) {
  testing::fire_numbered(client_, "old", 0, 2000);
  ASSERT_TRUE(wait_until([&] { return occurrences(agent_.log(), received("old")) == 2000; }, 20s));
  auto stream = client_.monitor(log_level::info).get();
  fire("new");
  const auto lines = take_until(stream, received("new"));
  std::size_t backlog = 0;
  for (const log_line& each : lines) backlog += each.backlog ? 1 : 0;
  EXPECT_GT(backlog, 100U);
  EXPECT_LE(backlog, 512U);
  EXPECT_TRUE(lines.front().backlog);
  EXPECT_FALSE(lines.back().backlog);
}

TEST_F(monitor, passes_on_nothing_below_its_level) {
  serf::client nobody(agent_.rpc_address());
  auto warnings = client_.monitor(log_level::warn).get();
  auto all = client_.monitor(log_level::info).get();
  fire("quiet");
  take_until(all, received("quiet"));
  // Whoever hangs up in the middle of a message is worth an error to the agent, not a warning.
  EXPECT_THROW(nobody.members(member_filter().name(as_agent("("))).get(), error);
  std::optional<log_entry> next;
  for (next = warnings.next_for(10s); next; next = warnings.try_next()) {
    ASSERT_TRUE(std::holds_alternative<log_line>(*next));
    const auto& line = std::get<log_line>(*next);
    EXPECT_TRUE(line.level == log_level::warn || line.level == log_level::err) << line;
  }
  EXPECT_GT(warnings.counters().delivered, 0U);
}

TEST_F(monitor, may_be_opened_several_times_each_on_a_connection_of_its_own) {
  client_.ready().get();
  const auto before = descriptors();
  const auto accepted = occurrences(agent_.log(), "Accepted client");
  auto first = client_.monitor(log_level::info).get(), second = client_.monitor().get();
  std::promise<void> heard;
  auto third = client_.monitor(log_level::debug, [&](const log_line& line) {
    if (line.text == received("to-all")) heard.set_value();
  });
  third.ready().get();
  EXPECT_EQ(occurrences(agent_.log(), "Accepted client"), accepted + 3);
  EXPECT_EQ(descriptors(), before + 3);
  fire("to-all");
  take_until(first, received("to-all"));
  take_until(second, received("to-all"));
  EXPECT_EQ(heard.get_future().wait_for(10s), std::future_status::ready);

  // Closed, each takes its connection with it, and no other's.
  const auto goroutines = client_.stats().get().goroutines;
  first.close();
  third.cancel();
  EXPECT_TRUE(wait_until([&] { return descriptors() == before + 1; }, 10s)) << descriptors();
  EXPECT_TRUE(wait_until([&] { return client_.stats().get().goroutines < goroutines; }, 10s));
  fire("to-one");
  take_until(second, received("to-one"));
  second.close();
  EXPECT_TRUE(wait_until([&] { return descriptors() == before; }, 10s)) << descriptors();
  EXPECT_EQ(client_.members().get().size(), 1U);
}

class unread_monitor : public monitor, public ::testing::WithParamInterface<overflow_policy> {};

TEST_P(unread_monitor, accounts_for_every_line_that_it_dropped) {
  auto stream =
      client_.monitor(log_level::debug, stream_options().max_records(100).overflow(GetParam()))
          .get();
  testing::fire_numbered(client_, "storm", 0, 5000, 100);
  ASSERT_TRUE(
      wait_until([&] { return occurrences(agent_.log(), received("storm")) == 5000; }, 20s));
  EXPECT_TRUE(wait_until([&] { return stream.counters().received > 1000; }, 20s))
      << stream.counters();
  EXPECT_EQ(stream.counters().queued, 100U);

  std::size_t lines = 0, in_gaps = 0;
  bool seen = false;
  const auto take = [&](const log_entry& entry) {
    if (const auto* const missing = std::get_if<gap>(&entry)) {
      EXPECT_EQ(missing->reason, gap_reason::dropped);
      in_gaps += static_cast<std::size_t>(missing->count);
    } else {
      ++lines;
      seen |= std::get<log_line>(entry).text == received("marker");
    }
  };
  // Everything of the storm has come when a later line has; which the agent, too, may drop.
  for (int tries = 0; tries < 10 && !seen; ++tries) {
    fire("marker");
    while (const auto next = stream.next_for(500ms)) {
      take(*next);
      if (seen) break;
    }
  }
  EXPECT_TRUE(seen);
  while (const auto next = stream.try_next()) take(*next);
  const auto counters = stream.counters();
  EXPECT_GT(in_gaps, 1000U);
  EXPECT_EQ(in_gaps, counters.dropped);
  EXPECT_EQ(lines, counters.delivered);
  EXPECT_EQ(counters.received, lines + in_gaps + counters.queued);
  EXPECT_EQ(counters.max_queued, 100U);
}

INSTANTIATE_TEST_SUITE_P(of_each_policy, unread_monitor,
                         ::testing::Values(overflow_policy::drop_oldest,
                                           overflow_policy::drop_newest),
                         [](const auto& tested) {
                           return tested.param == overflow_policy::drop_oldest ? "drop_oldest"
                                                                               : "drop_newest";
                         });

TEST_F(monitor, of_a_killed_agent_is_lost_and_what_was_queued_stays) {
  auto stream = client_.monitor(log_level::info).get();
  std::promise<stream_end> ended;
  auto kept = client_.monitor(
      log_level::info, log_handlers().on_end([&](const stream_end& end) { ended.set_value(end); }));
  kept.ready().get();
  ASSERT_TRUE(wait_until([&] { return stream.counters().queued > 0; }, 10s));
  const auto queued = stream.counters().queued;
  agent_.kill();
  std::size_t taken = 0;
  while (stream.next()) ++taken;
  EXPECT_GE(taken, queued);
  for (const auto& end : {stream.end(), ended.get_future().get()}) {
    EXPECT_EQ(end.state, stream_state::lost) << to_string(end);
    ASSERT_TRUE(end.failure);
    EXPECT_EQ(end.failure->code, errc::connection_lost);
  }
}

TEST_F(monitor, of_a_closed_client_is_closed) {
  auto stream = client_.monitor(log_level::info).get();
  client_.close();
  while (stream.next()) {
  }
  EXPECT_EQ(stream.end().state, stream_state::closed);
}

}  // namespace
}  // namespace serf
