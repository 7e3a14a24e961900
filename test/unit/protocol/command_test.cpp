#include <string>

#include <gtest/gtest.h>

#include "protocol/command.hpp"

namespace serf::protocol::test {
namespace {

struct row {
  command which;
  const char* name;
  bool body, body_with_error, records;
};

constexpr row table[] = {
    {command::handshake, "handshake", false, false, false},
    {command::auth, "auth", false, false, false},
    {command::event, "event", false, false, false},
    {command::force_leave, "force-leave", false, false, false},
    {command::join, "join", true, true, false},
    {command::members, "members", true, true, false},
    {command::members_filtered, "members-filtered", true, true, false},
    {command::tags, "tags", false, false, false},
    {command::stream, "stream", false, false, true},
    {command::monitor, "monitor", false, false, true},
    {command::stop, "stop", false, false, false},
    {command::leave, "leave", false, false, false},
    {command::query, "query", false, false, true},
    {command::respond, "respond", false, false, false},
    {command::install_key, "install-key", true, true, false},
    {command::use_key, "use-key", true, true, false},
    {command::remove_key, "remove-key", true, true, false},
    {command::list_keys, "list-keys", true, true, false},
    {command::stats, "stats", true, true, false},
    {command::get_coordinate, "get-coordinate", true, true, false},
};

TEST(command, is_followed_by_a_body_or_not) {
  for (const row& each : table) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(body_follows(each.which, ""), each.body);
    EXPECT_EQ(body_follows(each.which, "3/3 nodes reported failure"), each.body_with_error);
    EXPECT_EQ(body_follows(each.which, "authentication required"), each.body_with_error);
  }
}

TEST(command, is_never_followed_by_a_body_where_the_agent_did_not_look_at_it) {
  for (const row& each : table) {
    for (const char* gate :
         {"Handshake required", "Authentication required", "Unsupported command"}) {
      EXPECT_FALSE(body_follows(each.which, gate)) << each.name << ": " << gate;
    }
  }
}

TEST(command, has_the_agents_name) {
  for (const row& each : table) EXPECT_STREQ(name(each.which), each.name);
}

TEST(command, has_records_or_not) {
  for (const row& each : table) EXPECT_EQ(has_records(each.which), each.records) << each.name;
}

}  // namespace
}  // namespace serf::protocol::test
