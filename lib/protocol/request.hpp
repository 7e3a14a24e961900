#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <serf/addresses.hpp>
#include <serf/log.hpp>
#include <serf/member_filter.hpp>
#include <serf/query.hpp>
#include <serf/requests.hpp>

#include "protocol/command.hpp"

namespace serf::protocol {

// A command and its arguments, ready to be sent: once, or again on another connection.
struct request {
  protocol::command command;
  std::string body;  // msgpack; empty where the command has none
};

// Text goes out as str, which old agents insist on, payloads as bin, and an empty payload as nil,
// which is all that some agents accept for _serf_ping. A text over 4 GiB is std::length_error.
request handshake();
request auth(std::string_view key);
request event(const user_event_request& event);
request force_leave(std::string_view node, bool prune);
request join(const addresses& existing, bool replay);
request members(const member_filter& filter);  // command::members where the filter is empty
request tags(const tag_changes& changes);
request stream(std::string_view type);
request monitor(log_level level);
request stop(std::uint64_t seq);
request leave();
request query(const query_request& query);
request respond(std::uint64_t id, std::string_view payload);
request install_key(std::string_view key);
request use_key(std::string_view key);
request remove_key(std::string_view key);
request list_keys();
request stats();
request get_coordinate(std::string_view node);

// Appends it as the agent reads it, under this Seq; all of it, or, with an exception, nothing.
// Others may stand before it in `out`.
void append(const request& what, std::uint64_t seq, std::string& out);

}  // namespace serf::protocol
