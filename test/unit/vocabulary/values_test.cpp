#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include <serf/addresses.hpp>
#include <serf/agent_stats.hpp>
#include <serf/connection.hpp>
#include <serf/coordinate.hpp>
#include <serf/event.hpp>
#include <serf/key_report.hpp>
#include <serf/member_filter.hpp>
#include <serf/query.hpp>
#include <serf/requests.hpp>
#include <serf/stream.hpp>
#include <serf/stream_options.hpp>

#include "vocabulary/duration_text.hpp"
#include "vocabulary/query_answer.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <class T>
std::string streamed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(tag_map, is_in_the_order_of_its_keys_and_keeps_the_last_of_equal_ones) {
  const tag_map tags({{"role", "web"}, {"dc", "east"}, {"role", "db"}, {"a", ""}, {"role", "lb"}});
  EXPECT_THAT(tags, ElementsAre(tag_map::value_type("a", ""), tag_map::value_type("dc", "east"),
                                tag_map::value_type("role", "lb")));
  EXPECT_EQ(tags["role"], "lb");
  EXPECT_EQ(tags["missing"], "");
  EXPECT_TRUE(tags.contains("a"));
  EXPECT_FALSE(tags.contains("rol"));
  EXPECT_EQ(tags.find("dc")->second, "east");
  EXPECT_EQ(tags.find("zz"), tags.end());
}

TEST(tag_map, is_changed_by_key) {
  tag_map tags;
  tags.set("b", "2");
  tags.set("a", "1");
  tags.set("b", "3");
  EXPECT_EQ(tags, tag_map({{"a", "1"}, {"b", "3"}}));
  EXPECT_TRUE(tags.remove("a"));
  EXPECT_FALSE(tags.remove("a"));
  EXPECT_EQ(tags.size(), 1U);
}

member web() {
  member value;
  value.name = "n1";
  value.address = "127.0.0.1";
  value.port = 7946;
  value.status = member_status::alive;
  value.tags = {{"role", "web"}, {"dc", "east"}};
  return value;
}

TEST(member, prints_as_the_serf_command_prints_it) {
  EXPECT_EQ(to_string(web()), "n1  127.0.0.1:7946  alive  dc=east,role=web");
  auto six = web();
  six.address = "::1";
  six.tags = {};
  EXPECT_EQ(streamed(six), "n1  [::1]:7946  alive");
  six.address.clear();
  EXPECT_EQ(six.endpoint(), ":7946");
}

TEST(member, prints_no_raw_bytes) {
  auto strange = web();
  strange.name = "\x1b[31mn1\n";
  strange.tags = {{"k\r", "\xff"}};
  EXPECT_EQ(to_string(strange), "\\x1b[31mn1\\n  127.0.0.1:7946  alive  k\\r=\\xff");
}

TEST(member, is_equal_when_all_of_it_is) {
  EXPECT_EQ(web(), web());
  auto other = web();
  other.delegate_cur = 5;
  EXPECT_NE(web(), other);
}

TEST(pattern, says_which_kind_it_is) {
  EXPECT_EQ(to_string(exact("a.b")), "exact(\"a.b\")");
  EXPECT_EQ(streamed(regex("w.*")), "regex(\"w.*\")");
  EXPECT_NE(exact("w"), prefix("w"));
  static_assert(!std::is_convertible_v<const char*, pattern>);
  static_assert(!std::is_convertible_v<std::string, pattern>);
}

TEST(member_filter, tells_what_it_filters) {
  EXPECT_TRUE(member_filter().empty());
  EXPECT_EQ(to_string(member_filter()), "all members");
  const auto filter =
      member_filter().name(prefix("web-")).status(member_status::alive).tag("dc", exact("east"));
  EXPECT_FALSE(filter.empty());
  EXPECT_EQ(to_string(filter),
            "name = prefix(\"web-\"), status = exact(\"alive\"), tag dc = exact(\"east\")");
}

coordinate at(std::vector<double> vec, double height, double adjustment) {
  coordinate value;
  value.vec = std::move(vec);
  value.height = height;
  value.adjustment = adjustment;
  return value;
}

TEST(coordinate, gives_the_round_trip_time_that_serf_rtt_prints) {
  // |(3, 4)| + heights + adjustments, in seconds.
  const auto here = at({0, 0}, 0.001, 0.0005);
  const auto there = at({0.003, 0.004}, 0.002, 0.0005);
  EXPECT_EQ(here.distance_to(there).value(), 9ms);
  EXPECT_EQ(there.distance_to(here).value(), 9ms);
  // Adjustments that would make it negative are left out.
  EXPECT_EQ(at({0, 0}, 0.001, -1).distance_to(there).value(), 8ms);
}

TEST(coordinate, of_another_kind_or_that_is_no_number_has_no_distance) {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto infinite = std::numeric_limits<double>::infinity();
  const auto here = at({0, 0}, 0, 0);
  for (const auto& bad : {at({0}, 0, 0), at({}, 0, 0), at({nan, 0}, 0, 0), at({0, 0}, nan, 0),
                          at({0, 0}, 0, nan), at({infinite, 0}, 0, 0), at({1e30, 0}, 0, 0)}) {
    const auto distance = here.distance_to(bad);
    ASSERT_FALSE(distance);
    EXPECT_EQ(distance.error().code, errc::invalid_argument);
  }
}

TEST(key_report, prints_the_nodes_complaints_and_no_key) {
  key_report report;
  report.keys = {{"c2VjcmV0", 3}};
  report.messages = {{"n1", "no\nkeyring"}};
  report.nodes = 3;
  report.responses = 2;
  report.errors = 1;
  EXPECT_EQ(streamed(report), "2/3 nodes answered, 1 refused, 1 keys; n1: no keyring");
}

TEST(agent_stats, prints_as_serf_info_does) {
  agent_stats stats;
  stats.sections = {{"agent", {{"name", "n1"}}}, {"serf", {{"members", "3"}}}};
  EXPECT_EQ(streamed(stats), "agent:\n\tname = n1\nserf:\n\tmembers = 3\n");
}

TEST(event, prints_whatever_it_is) {
  EXPECT_EQ(to_string(event(user_event{"deploy", "v1\n", 7, true})), "user \"deploy\": \"v1\\n\"");
  EXPECT_EQ(to_string(event(member_event{member_event_kind::failed, {web()}})), "member-failed n1");
  EXPECT_EQ(to_string(event(unknown_event{"new-kind"})), "\"new-kind\"");
  EXPECT_EQ(streamed(gap{gap_reason::dropped, 3}), "3 records dropped here");
  EXPECT_EQ(streamed(gap{gap_reason::reconnected, 0}), "some records missed while reconnecting");
}

TEST(query_event, that_came_on_no_connection_cannot_be_answered) {
  query_event query;
  query.name = "load";
  query_answer::set_id(query, 7);
  EXPECT_EQ(query.id(), 7U);
  try {
    query.respond("1.5").get();
    FAIL();
  } catch (const error& caught) {
    EXPECT_EQ(caught.code(), errc::query_expired);
    EXPECT_THAT(caught.what(), HasSubstr("\"load\""));
  }
}

TEST(query_result, prints_what_came_of_it) {
  query_result result;
  result.acks = {{"n1"}};
  result.responses = {{"n2", "1.5"}};
  EXPECT_EQ(streamed(result), "done; ack from n1, response from n2: \"1.5\"");
  EXPECT_EQ(to_string(query_end::lost), "lost");
  EXPECT_EQ(to_string(query_request("load").tag("role", exact("web"))),
            "query \"load\", tag role = exact(\"web\")");
}

TEST(request, prints_what_is_asked) {
  EXPECT_EQ(streamed(user_event_request("deploy", "v1")), "user event \"deploy\": \"v1\"");
  EXPECT_EQ(streamed(tag_changes().set("a", "1").remove("b")), "set a=1, remove b");
  EXPECT_EQ(streamed(addresses{"a:1", std::string("b")}), "a:1, b");
}

TEST(connection_event, prints_on_one_line) {
  connection_event change{connection_state::waiting, "127.0.0.1:7373", "refused\n", 2, 150ms};
  EXPECT_EQ(streamed(change), "waiting 127.0.0.1:7373 for 150 ms: refused");
}

TEST(stream_values, print_on_one_line) {
  EXPECT_EQ(streamed(overflow_policy::drop_oldest), "drop oldest");
  EXPECT_EQ(streamed(overflow_policy::drop_newest), "drop newest");
  EXPECT_EQ(streamed(overflow_policy::close), "close");
  const stream_counters counters{9, 4, 2, 3, 300, 5, 1};
  EXPECT_EQ(streamed(counters),
            "9 received, 4 delivered, 2 dropped, 3 queued (300 bytes, at most 5 records), 1 gaps");
  EXPECT_EQ(counters, (stream_counters{9, 4, 2, 3, 300, 5, 1}));
  EXPECT_NE(counters, (stream_counters{9, 4, 2, 3, 300, 6}));
  EXPECT_EQ(to_string(log_entry(log_line{"", log_level::info, "", "", "a\n", false})), "a\\n");
  EXPECT_EQ(to_string(log_entry(gap{gap_reason::dropped, 3})), "3 records dropped here");
  EXPECT_EQ(to_string(query_reply(query_ack{"web-1"})), "ack from web-1");
  EXPECT_EQ(to_string(query_reply(gap())), "some records dropped here");
}

TEST(duration_text, is_short) {
  EXPECT_EQ(duration_text(700ms), "700 ms");
  EXPECT_EQ(duration_text(10s), "10 s");
  EXPECT_EQ(duration_text(1500ms), "1.5 s");
  EXPECT_EQ(duration_text(1ns), "1e-06 ms");
  EXPECT_EQ(duration_text(4999740us), "5 s");
  EXPECT_EQ(duration_text(2496ms), "2.5 s");
  EXPECT_EQ(duration_text(999600us), "1 s");
  EXPECT_EQ(duration_text(120040ms), "120 s");
  EXPECT_EQ(duration_text(std::chrono::nanoseconds::max()), "9223372036.9 s");
}

}  // namespace
}  // namespace serf
