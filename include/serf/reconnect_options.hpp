#pragma once

#include <chrono>
#include <utility>

#include <serf/duration.hpp>
#include <serf/export.hpp>

namespace serf {

// How a lost connection is rebuilt: after a delay that grows with each round over all endpoints in
// vain, up to a maximum, and starts anew with a connection that lasted. Values that make no sense
// are refused when a client is made of them.
class SERF_EXPORT reconnect_options {
 public:
  // Before the first attempt after a loss. Default: 100 ms.
  reconnect_options& initial_delay(duration value) { return initial_delay_ = value, *this; }
  std::chrono::nanoseconds initial_delay() const noexcept { return initial_delay_; }

  // No delay is longer, jitter aside. Default: 10 s.
  reconnect_options& max_delay(duration value) { return max_delay_ = value, *this; }
  std::chrono::nanoseconds max_delay() const noexcept { return max_delay_; }

  // How much longer each delay is than the one before: 1 or more. Default: 2.
  reconnect_options& multiplier(double value) { return multiplier_ = value, *this; }
  double multiplier() const noexcept { return multiplier_; }

  // The part by which a delay is made longer or shorter at random, so that the clients of an agent
  // do not all come back at once: 0 to 1. Default: 0.2.
  reconnect_options& jitter(double value) { return jitter_ = value, *this; }
  double jitter() const noexcept { return jitter_; }

  // The client ends after so many attempts in a row that came to nothing, the first ones of all
  // included. Default: 0, no end.
  reconnect_options& max_attempts(unsigned value) { return max_attempts_ = value, *this; }
  unsigned max_attempts() const noexcept { return max_attempts_; }

 private:
  std::chrono::nanoseconds initial_delay_ = std::chrono::milliseconds(100);
  std::chrono::nanoseconds max_delay_ = std::chrono::seconds(10);
  double multiplier_ = 2;
  double jitter_ = 0.2;
  unsigned max_attempts_ = 0;
};

}  // namespace serf
