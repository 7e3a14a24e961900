#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <serf/addresses.hpp>
#include <serf/agent_stats.hpp>
#include <serf/coordinate.hpp>
#include <serf/key_report.hpp>
#include <serf/member.hpp>
#include <serf/member_filter.hpp>
#include <serf/requests.hpp>
#include <serf/result.hpp>

#include "client/typed_call.hpp"
#include "protocol/request.hpp"

namespace serf {

// Which connection a command takes. side: it is slow, and the agent answers one connection's
// requests one after the other. prune: likewise, and it holds up main_unless_pruning elsewhere too.
// risky: the agent may hang up on it.
enum class route { main, main_unless_pruning, side, prune, risky };

// One command, ready to be sent: its arguments checked, or why no agent would take them; how its
// answer is read; how long it may take where the caller does not say.
template <class T>
struct command_of {
  const char* name;
  result<std::optional<protocol::request>> request;
  body_decoder<T> decoder{};
  std::optional<std::chrono::nanoseconds> timeout{};  // none: client_options::call_timeout
  route over = route::main;
  std::string hang_up_means{};  // what it most likely means if the agent hangs up without a word
};

namespace commands {

command_of<void> ready();
command_of<std::vector<member>> members(const member_filter& filter);
command_of<int> join(const addresses& whom, const join_options& options);
command_of<void> leave();
command_of<void> force_leave(const std::string& node, const force_leave_options& options);
command_of<void> tags(const tag_changes& changes);
command_of<void> event(const user_event_request& what);
command_of<key_report> install_key(const std::string& key);
command_of<key_report> use_key(const std::string& key);
command_of<key_report> remove_key(const std::string& key);
command_of<key_report> list_keys();
command_of<agent_stats> stats();
command_of<std::optional<coordinate>> get_coordinate(const std::string& node);

}  // namespace commands
}  // namespace serf
