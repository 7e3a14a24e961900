#include <string>

#include <gtest/gtest.h>

#include "protocol/log_text.hpp"

namespace serf::protocol::test {
namespace {

struct row {
  std::string raw;
  std::string time;
  log_level level;
  std::string component;
  std::string text;
};

void expect(const row& each) {
  SCOPED_TRACE(each.raw);
  const log_line line = parse_log_line(each.raw);
  EXPECT_EQ(line.time, each.time);
  EXPECT_EQ(line.level, each.level);
  EXPECT_EQ(line.component, each.component);
  EXPECT_EQ(line.text, each.text);
  EXPECT_EQ(line.raw, each.raw);
  EXPECT_FALSE(line.backlog);
}

TEST(log_text, is_read_in_its_parts) {
  const std::string time = "2026/11/25 01:23:42";
  const auto plain = [&](const std::string& rest) { return time + ' ' + rest; };
  const row table[] = {
      {plain("[INFO] agent: Serf agent starting"), time, log_level::info, "agent",
       "Serf agent starting"},
      {plain("[ERR] serf: Keyring is empty (encryption not enabled)"), time, log_level::err, "serf",
       "Keyring is empty (encryption not enabled)"},
      {plain("[WARN] agent.ipc: Dropping event to ipc.client: 127.0.0.1:57490"), time,
       log_level::warn, "agent.ipc", "Dropping event to ipc.client: 127.0.0.1:57490"},
      {plain("[DEBUG] memberlist: Stream connection from=127.0.0.1:1"), time, log_level::debug,
       "memberlist", "Stream connection from=127.0.0.1:1"},
      {plain("[TRACE] x: "), time, log_level::trace, "x", ""},
      {plain("[INFO] no component here: text"), time, log_level::info, "",
       "no component here: text"},
      {plain("[INFO] agent:no blank"), time, log_level::info, "", "agent:no blank"},
      {plain("[INFO] agent: several\nlines\n"), time, log_level::info, "agent", "several\nlines\n"},
      {plain("[INFO]  agent: two blanks"), time, log_level::info, "agent", "two blanks"},
      {plain("[INFO]"), time, log_level::info, "", ""},
      {plain(std::string("[INFO] agent: \xff\xfe a\0", 19)), time, log_level::info, "agent",
       std::string("\xff\xfe a\0", 5)},
  };
  for (const row& each : table) expect(each);
}

TEST(log_text, is_all_text_where_it_has_another_form) {
  for (const std::string raw :
       {"", "text", "2026/11/25", "2026/11/25 01:23:42", "2026/11/25 01:23:42 ",
        "2026/11/25 01:23:42 agent: no level", "2026/11/25 01:23:42 [FATAL] agent: x",
        "2026/11/25 01:23:42 [INFO agent: x", "2026-11-25 01:23:42 [INFO] agent: x",
        "2026/11/25T01:23:42 [INFO] agent: x", "[INFO] agent: x", "2026/11/25 01:23:42 []",
        "20x6/11/25 01:23:42 [INFO] agent: x"}) {
    expect({raw, "", log_level::info, "", raw});
  }
}

}  // namespace
}  // namespace serf::protocol::test
