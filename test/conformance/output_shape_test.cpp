// What output_shape() leaves out, and that it leaves out nothing else.
#include "conformance/output_shape.hpp"

#include <gtest/gtest.h>

#include <string>

namespace serf::testing {
namespace {

TEST(output_shape, keeps_wording_and_lines) {
  const std::string output = "Query 'load' dispatched\nAck from 'n1'\nTotal Acks: 1\n";
  EXPECT_EQ(output_shape(output), output);
  EXPECT_NE(output_shape("Total Acks: 1\n"), output_shape("Total Acks: 2\n"));
  EXPECT_NE(output_shape("a\n\nb\n"), output_shape("a\nb\n"));
  EXPECT_NE(output_shape("a\nb\n"), output_shape("b\na\n"));
  EXPECT_NE(output_shape("Ack from 'n1'\n"), output_shape("Ack from 'n1'\nAck from 'n1'\n"));
}

TEST(output_shape, leaves_out_where_nodes_are_and_in_which_order_they_come) {
  EXPECT_EQ(output_shape("n2  127.0.0.1:7946      alive  role=db\n"
                         "n1  127.200.100.1:20000  alive  role=web,dc=east\n"),
            "n1  ADDRESS  alive  dc=east,role=web\n"
            "n2  ADDRESS  alive  role=db\n");
  EXPECT_NE(output_shape("n1  127.0.0.1:7946  alive\n"),
            output_shape("n1  127.0.0.1:7946  left\n"));
}

TEST(output_shape, puts_members_in_json_in_order) {
  EXPECT_EQ(output_shape("  [\n    {\n      \"name\": \"n2\"\n    },\n"
                         "    {\n      \"name\": \"n1\"\n    }\n  ]\n"),
            "  [\n    {\n      \"name\": \"n1\"\n    }\n"
            "    {\n      \"name\": \"n2\"\n    }\n  ]\n");
}

TEST(output_shape, leaves_out_times_clocks_and_keys) {
  EXPECT_EQ(output_shape("Estimated n1 <-> n2 rtt: 0.504 ms\n"), "Estimated n1 <-> n2 rtt: N ms\n");
  EXPECT_EQ(output_shape(
                "\tevent_time = 44598\n\tquery_queue = 1\n\tmembers = 3\n\tversion = go1.19.8\n"),
            "\tevent_time = N\n\tquery_queue = N\n\tmembers = 3\n\tversion = N\n");
  EXPECT_EQ(output_shape("d3xpkKQhnJq4lh75iuyjFXrZSC9t3GHb6wmO2A0fvt8=  [3/3]\n"
                         "b3ewF5PTSa9tXE8gXmBzY7Oc69/DDUv+NGjJt3zLPcg=  [2/3]\n"),
            "KEY  [2/3]\nKEY2  [3/3]\n");
}

TEST(output_shape, of_a_monitor_is_log_lines_as_one_and_user_events_field_by_field) {
  const std::string log = "2026/11/25 01:45:18 [INFO] agent: Received event: query: sp\n";
  const std::string event = "Event Info:\n\tName: \"a\"\n\tEvent: \"user\"\n\tLTime: 7\n";
  EXPECT_EQ(monitor_shape(log + event + log + "\nthe end\n"),
            "LOG\nEvent Info:\n\tEvent: \"user\"\n\tLTime: N\n\tName: \"a\"\n\nthe end\n");
  EXPECT_EQ(monitor_shape("Event Info:\n\tEvent: \"member-join\"\nrest\n"), "rest\n");
  EXPECT_EQ(monitor_shape("01:45:18 [INFO] agent: no date\n"), "01:45:18 [INFO] agent: no date\n");
}

}  // namespace
}  // namespace serf::testing
