#include "protocol/command.hpp"

#include "vocabulary/agent_error_text.hpp"

namespace serf::protocol {

const char* name(command which) noexcept {
  switch (which) {
    case command::handshake:
      return "handshake";
    case command::auth:
      return "auth";
    case command::event:
      return "event";
    case command::force_leave:
      return "force-leave";
    case command::join:
      return "join";
    case command::members:
      return "members";
    case command::members_filtered:
      return "members-filtered";
    case command::tags:
      return "tags";
    case command::stream:
      return "stream";
    case command::monitor:
      return "monitor";
    case command::stop:
      return "stop";
    case command::leave:
      return "leave";
    case command::query:
      return "query";
    case command::respond:
      return "respond";
    case command::install_key:
      return "install-key";
    case command::use_key:
      return "use-key";
    case command::remove_key:
      return "remove-key";
    case command::list_keys:
      return "list-keys";
    case command::stats:
      return "stats";
    case command::get_coordinate:
      return "get-coordinate";
  }
  return "";
}

bool body_follows(command which, std::string_view error) noexcept {
  switch (which) {
    case command::join:
    case command::members:
    case command::members_filtered:
    case command::install_key:
    case command::use_key:
    case command::remove_key:
    case command::list_keys:
    case command::stats:
    case command::get_coordinate:
      // A join that failed says so with a body, and so do key commands; but an agent that did not
      // get as far as the command has none to send.
      return !is_gate_error(error);
    default:
      return false;
  }
}

bool has_records(command which) noexcept {
  return which == command::stream || which == command::monitor || which == command::query;
}

}  // namespace serf::protocol
