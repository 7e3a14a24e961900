#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
#include <vector>

#include <serf/reconnect_options.hpp>

#include "client/connection.hpp"
#include "client/endpoint.hpp"

namespace serf {

// The delays between attempts to connect.
class growing_delay {
 public:
  explicit growing_delay(const reconnect_options& how, std::uint32_t seed = std::random_device()())
      : how_(how), next_(how.initial_delay()), random_(seed) {}

  std::chrono::nanoseconds next();
  // A connection has lasted for so long: if longer than the delay that was to come, that was worth
  // it, and the delays start anew. One that breaks at once makes them grow.
  void lasted(std::chrono::nanoseconds time);
  void start_anew() noexcept { next_ = how_.initial_delay(); }

 private:
  const reconnect_options how_;
  std::chrono::nanoseconds next_;
  std::minstd_rand random_;
};

// Where a client connects to next, and when: to its endpoints in order, without a delay until each
// was tried once.
class attempts {
 public:
  attempts(std::vector<endpoint> where, const reconnect_options& how)
      : where_(std::move(where)), max_attempts_(how.max_attempts()), delay_(how) {}

  // Of the current attempt, or the connection that it made.
  const endpoint& where() const noexcept { return where_[at_]; }
  bool has_choice() const noexcept { return where_.size() > 1; }
  // 1 for the first since the last connection.
  int number() const noexcept { return number_; }

  // The current one has failed; or its connection, which lasted for so long, is lost. None: there
  // were enough.
  std::optional<connection::attempt> next(std::optional<std::chrono::nanoseconds> lasted);
  // Every endpoint was tried, and the delay before the next attempt begins.
  bool round_is_over() const noexcept { return tried_ == 0; }

 private:
  const std::vector<endpoint> where_;
  const unsigned max_attempts_;
  growing_delay delay_;
  std::size_t at_ = 0;
  std::size_t tried_ = 0;  // in this round
  int number_ = 1;
};

}  // namespace serf
