// The lines that agents log about what happens to them.
#pragma once

#include <string>

#include <serf/testing/fake_member.hpp>

namespace serf::testing {

// "2026/11/25 01:23:42 [INFO] serf: text", in local time as agents print it.
std::string log_line_now(const std::string& level, const std::string& text);

// What a member event's kind is called in the log, with the member: "EventMemberJoin: n2
// 127.0.0.1".
std::string logged_event(const std::string& kind, const fake_member& member);

}  // namespace serf::testing
