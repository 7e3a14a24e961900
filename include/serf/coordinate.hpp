#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <vector>

#include <serf/export.hpp>
#include <serf/result.hpp>

namespace serf {

// A node's network coordinate (Vivaldi), in seconds throughout.
struct SERF_EXPORT coordinate {
  std::vector<double> vec;
  double error = 0;  // how much the node trusts it: lower is better
  double adjustment = 0;
  double height = 0;

  // The estimated round-trip time between two nodes, as `serf rtt` computes it. Fails with
  // errc::invalid_argument for coordinates of different dimensions and for such that are no
  // numbers.
  result<std::chrono::nanoseconds> distance_to(const coordinate& other) const;

  friend SERF_EXPORT bool operator==(const coordinate& a, const coordinate& b);
  friend bool operator!=(const coordinate& a, const coordinate& b) { return !(a == b); }
};

SERF_EXPORT std::string to_string(const coordinate& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const coordinate& value);

}  // namespace serf
