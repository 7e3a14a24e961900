#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include <serf/export.hpp>
#include <serf/tag_map.hpp>

namespace serf {

// `unknown`: a word that this library does not know.
enum class member_status { none, alive, leaving, left, failed, unknown };

SERF_EXPORT std::string to_string(member_status status);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, member_status status);

// A node of the cluster, as the agent that was asked sees it. Text is the node's: any bytes.
struct SERF_EXPORT member {
  std::string name;
  std::string address;     // "127.0.0.1", "::1"; "" when the agent gives none
  std::uint16_t port = 0;  // of gossip, not of RPC
  tag_map tags;
  member_status status = member_status::none;
  int protocol_min = 0, protocol_max = 0, protocol_cur = 0;  // memberlist's protocol
  int delegate_min = 0, delegate_max = 0, delegate_cur = 0;  // Serf's

  // What another node joins: "127.0.0.1:7946", "[::1]:7946".
  std::string endpoint() const;

  friend SERF_EXPORT bool operator==(const member& a, const member& b);
  friend bool operator!=(const member& a, const member& b) { return !(a == b); }
};

// "n1  127.0.0.1:7946  alive  dc=east,role=web": a line of `serf members`, what is unprintable
// escaped.
SERF_EXPORT std::string to_string(const member& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const member& value);

}  // namespace serf
