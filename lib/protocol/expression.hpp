#pragma once

#include <optional>
#include <string>

#include <serf/pattern.hpp>

namespace serf::protocol {

// Patterns as regular expressions in the agent's syntax (RE2), matching the whole of a text in
// either command. The agent itself puts an expression of members-filtered between ^ and $, without
// a group, and leaves the expressions of a query unanchored.
std::string members_expression(const pattern& wanted);
std::string query_expression(const pattern& wanted);

// Why no agent can compile the pattern: text that is not UTF-8, or a group ended but not begun,
// which the agent could not see once the pattern is in a group. Nothing where only the agent can
// tell.
std::optional<std::string> expression_flaw(const pattern& wanted);

}  // namespace serf::protocol
