// From a target to a connected socket: lookup, then each address in turn, under one deadline.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "transport/failure_reasons.hpp"
#include "transport/link.hpp"
#include "transport/name_lookup.hpp"
#include "transport/stream_socket.hpp"

namespace serf::transport {

// Used on the I/O thread only.
class connector : public std::enable_shared_from_this<connector> {
 public:
  using outcome = std::variant<stream_socket, link_failure>;
  using outcome_handler = std::function<void(outcome)>;

  explicit connector(asio::io_context& io);

  // At most once. on_outcome is called once, never before this returns.
  void start(link_target target, outcome_handler on_outcome);

  // on_outcome is not called any more.
  void cancel() noexcept;

 private:
  void begin();
  void begin_lookup();
  void looked_up(lookup_result result);
  void try_next_address();
  bool try_address(const socket_address& address);
  void attempt_ended(std::error_code error);
  void attempt_timed_out(std::chrono::nanoseconds waited);
  template <class Action>
  void at(clock::time_point when, Action action);
  template <class Action>
  void proceed(Action action);
  void abandon_attempt() noexcept;
  void finish(outcome result);

  asio::io_context& io_;
  link_target target_;
  outcome_handler on_outcome_;  // empty: before start(), finished or cancelled
  clock::time_point deadline_;
  std::optional<name_lookup> lookup_;
  std::vector<socket_address> addresses_;
  std::size_t next_ = 0;      // of addresses_
  unsigned step_ = 0;         // handlers that belong to an earlier step find another number
  asio::steady_timer timer_;  // of the lookup or of the attempt
  asio::posix::stream_descriptor socket_;  // of the attempt
  connect_report report_;
};

}  // namespace serf::transport
