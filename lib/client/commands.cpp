#include "client/commands.hpp"

#include <algorithm>
#include <utility>

#include "protocol/decode.hpp"
#include "protocol/expression.hpp"
#include "vocabulary/printable.hpp"

namespace serf::commands {
namespace {

using namespace std::chrono_literals;
using request_or_failure = result<std::optional<protocol::request>>;

// However an agent is configured, it takes no larger user event.
constexpr std::size_t largest_event = 9U * 1024U;

constexpr auto key_timeout = 30s;  // all nodes are asked, by a query
constexpr auto leave_timeout = 30s;

failure refused(const char* command, const std::string& what) {
  failure why(errc::invalid_argument, command + (": " + what));
  why.command = command;
  return why;
}

request_or_failure checked_event(const user_event_request& what) {
  if (what.name().empty()) return refused("event", "the name is empty");
  const auto size = what.name().size() + what.payload().size();
  if (size > largest_event) {
    return refused("event", in_quotes(what.name()) + " and its payload have " +
                                std::to_string(size) + " bytes; no agent takes more than " +
                                std::to_string(largest_event));
  }
  return {protocol::event(what)};
}

request_or_failure checked_filter(const member_filter& filter) {
  const auto flaw_in = [](const pattern& wanted) { return protocol::expression_flaw(wanted); };
  const auto refuse = [](const std::string& where, const std::string& flaw) {
    return refused("members", where + " filter: " + flaw);
  };
  if (filter.name()) {
    if (auto flaw = flaw_in(*filter.name())) return refuse("name", *flaw);
  }
  if (filter.status()) {
    if (auto flaw = flaw_in(*filter.status())) return refuse("status", *flaw);
  }
  for (const auto& [key, wanted] : filter.tags()) {
    if (auto flaw = flaw_in(wanted)) return refuse("tag " + in_quotes(key), *flaw);
  }
  return {protocol::members(filter)};
}

// The agent hangs up on an expression that it cannot compile. What is escaped here it can.
bool is_risky(const pattern& wanted) {
  return wanted.kind() == pattern::kind::regex || wanted.kind() == pattern::kind::as_agent;
}
bool is_risky(const member_filter& filter) {
  return (filter.name() && is_risky(*filter.name())) ||
         (filter.status() && is_risky(*filter.status())) ||
         std::any_of(filter.tags().begin(), filter.tags().end(),
                     [](const auto& tag) { return is_risky(tag.second); });
}

request_or_failure checked_tags(const tag_changes& changes) {
  for (const std::string& key : changes.removed()) {
    if (changes.set().contains(key)) {
      return refused("tags", "the tag " + in_quotes(key) + " is both set and removed");
    }
  }
  return {protocol::tags(changes)};
}

command_of<key_report> key_command(const char* name, protocol::request request) {
  return {name, {std::move(request)}, {protocol::decode_keys}, key_timeout, route::side};
}

}  // namespace

command_of<void> ready() { return {"ready", {std::optional<protocol::request>()}}; }

command_of<std::vector<member>> members(const member_filter& filter) {
  command_of<std::vector<member>> what{
      "members", checked_filter(filter), {protocol::decode_members}};
  what.over = route::main_unless_pruning;
  if (is_risky(filter)) {
    what.over = route::risky;
    what.hang_up_means = "it cannot compile an expression of the filter " + to_string(filter);
  }
  return what;
}

command_of<int> join(const addresses& whom, const join_options& options) {
  return {"join",
          {protocol::join(whom, options.replay())},
          {protocol::decode_join},
          10s * static_cast<int>(whom.size()) + 5s,
          route::side};
}

command_of<void> leave() { return {"leave", {protocol::leave()}, {}, leave_timeout, route::side}; }

command_of<void> force_leave(const std::string& node, const force_leave_options& options) {
  if (node.empty()) return {"force-leave", refused("force-leave", "the node's name is empty")};
  return {"force-leave",
          {protocol::force_leave(node, options.prune())},
          {},
          {},
          options.prune() ? route::prune : route::side};
}

command_of<void> tags(const tag_changes& changes) {
  return {"tags", checked_tags(changes), {}, {}, route::side};
}

command_of<void> event(const user_event_request& what) { return {"event", checked_event(what)}; }

command_of<key_report> install_key(const std::string& key) {
  return key_command("install-key", protocol::install_key(key));
}
command_of<key_report> use_key(const std::string& key) {
  return key_command("use-key", protocol::use_key(key));
}
command_of<key_report> remove_key(const std::string& key) {
  return key_command("remove-key", protocol::remove_key(key));
}
command_of<key_report> list_keys() { return key_command("list-keys", protocol::list_keys()); }

command_of<agent_stats> stats() {
  return {"stats", {protocol::stats()}, {protocol::decode_stats}, {}, route::main_unless_pruning};
}

command_of<std::optional<coordinate>> get_coordinate(const std::string& node) {
  if (node.empty()) {
    return {"get-coordinate", refused("get-coordinate", "the node's name is empty"), {}};
  }
  return {"get-coordinate", {protocol::get_coordinate(node)}, {protocol::decode_coordinate}};
}

}  // namespace serf::commands
