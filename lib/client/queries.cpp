#include "client/queries.hpp"

#include "protocol/expression.hpp"
#include "vocabulary/printable.hpp"

namespace serf::queries {
namespace {

using namespace std::chrono_literals;

failure refused(const char* command, const std::string& what) {
  failure why(errc::invalid_argument, command + (": " + what));
  why.command = command;
  return why;
}

bool is_expression(const pattern& wanted) {
  return wanted.kind() == pattern::kind::regex || wanted.kind() == pattern::kind::as_agent;
}

}  // namespace

result<protocol::request> checked(const query_request& what) {
  if (what.name().empty()) return refused("query", "the name is empty");
  if (what.relay_factor() < 0 || what.relay_factor() > 255) {
    return refused("query", "the relay factor " + std::to_string(what.relay_factor()) +
                                " is not between 0 and 255");
  }
  if (what.timeout() < 0ns) return refused("query", "the timeout is negative");
  for (const auto& [key, wanted] : what.tags()) {
    if (auto flaw = protocol::expression_flaw(wanted)) {
      return refused("query", "tag " + in_quotes(key) + " filter: " + *flaw);
    }
  }
  return protocol::query(what);
}

std::optional<protocol::request> expression_check(const query_request& what) {
  member_filter nobody;
  bool is_needed = false;
  for (const auto& [key, wanted] : what.tags()) {
    if (!is_expression(wanted)) continue;
    nobody.tag(key, wanted);
    is_needed = true;
  }
  if (!is_needed) return std::nullopt;
  nobody.name(as_agent("[^\\x00-\\x{10FFFF}]"));  // no character is outside of these
  return protocol::members(nobody);
}

std::chrono::nanoseconds life_of(const query_request& what) {
  if (what.timeout() == 0ns) return 30s;
  constexpr std::chrono::nanoseconds grace = 2s;
  constexpr auto longest = std::chrono::nanoseconds::max();
  return what.timeout() < longest - grace ? what.timeout() + grace : longest;
}

result<event_filter> filter_for(const std::string& name) {
  if (name.empty()) return refused("answer", "the query's name is empty");
  if (name.find(',') != std::string::npos) {
    return refused("answer", "the query's name " + in_quotes(name) +
                                 " has a comma, which a filter takes for the end of it: subscribe "
                                 "to \"query\" and compare names");
  }
  return event_filter("query:" + name);
}

}  // namespace serf::queries
