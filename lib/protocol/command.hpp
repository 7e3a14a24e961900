#pragma once

#include <string_view>

namespace serf::protocol {

// What an agent can be asked. `members` lists all of them and has no body, `members_filtered` has
// one.
enum class command {
  handshake,
  auth,
  event,
  force_leave,
  join,
  members,
  members_filtered,
  tags,
  stream,
  monitor,
  stop,
  leave,
  query,
  respond,
  install_key,
  use_key,
  remove_key,
  list_keys,
  stats,
  get_coordinate,
};

// The agent's word for it: "force-leave".
const char* name(command which) noexcept;

// Whether a body follows the header that answers a request. The header does not say: its command
// and its error text decide.
bool body_follows(command which, std::string_view error) noexcept;

// Whether the answer may be followed by records under the same Seq, each a header and a body.
bool has_records(command which) noexcept;

}  // namespace serf::protocol
