#pragma once

#include <chrono>
#include <optional>

#include <serf/duration.hpp>
#include <serf/export.hpp>

namespace serf {

// How long a call may take, waiting for the connection included, and whether it waits for one. Any
// std::chrono::duration converts: client.members({}, 700ms).
class SERF_EXPORT call_options {
 public:
  call_options() = default;
  template <class Rep, class Period>
  call_options(std::chrono::duration<Rep, Period> timeout) : timeout_(duration(timeout)) {}

  // From the call to its completion. None: the command's own default (see client). Zero or less:
  // the call fails at once, and is not sent.
  call_options& timeout(duration value) { return timeout_ = value, *this; }
  std::optional<std::chrono::nanoseconds> timeout() const noexcept { return timeout_; }

  // Fail with connection_error at once where the call would have to wait for the connection.
  call_options& fail_fast(bool value = true) { return fail_fast_ = value, *this; }
  bool fail_fast() const noexcept { return fail_fast_; }

 private:
  std::optional<std::chrono::nanoseconds> timeout_;
  bool fail_fast_ = false;
};

}  // namespace serf
