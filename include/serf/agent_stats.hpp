#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>

#include <serf/export.hpp>
#include <serf/tag_map.hpp>

namespace serf {

// What `serf info` prints. What the agent did not say, or not as a number, is 0 or "" here and as
// it came in `sections`.
struct SERF_EXPORT agent_stats {
  std::string node_name;
  tag_map tags;

  std::string arch, os, go_version;
  std::int64_t cpu_count = 0, goroutines = 0, max_procs = 0;

  std::int64_t members = 0, failed = 0, left = 0;
  std::int64_t health_score = 0;                                  // 0 is best
  std::uint64_t event_time = 0, member_time = 0, query_time = 0;  // Lamport clocks
  std::int64_t event_queue = 0, intent_queue = 0, query_queue = 0;
  std::int64_t coordinate_resets = 0;
  bool encrypted = false;

  // All of it, as the agent said it: section, key, value.
  std::map<std::string, std::map<std::string, std::string>> sections;

  friend SERF_EXPORT bool operator==(const agent_stats& a, const agent_stats& b);
  friend bool operator!=(const agent_stats& a, const agent_stats& b) { return !(a == b); }
};

// As `serf info` prints it, what is unprintable escaped.
SERF_EXPORT std::string to_string(const agent_stats& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const agent_stats& value);

}  // namespace serf
