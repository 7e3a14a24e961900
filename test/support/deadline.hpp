// Waiting in tests: poll a condition until it holds or a deadline passes, never for a fixed time.
#pragma once

#include <poll.h>

#include <chrono>

namespace serf::testing {

// True as soon as `holds()` is; false when it still is not after `timeout`. It is asked at least
// once, and once more at the very end.
template <class Predicate>
bool wait_until(Predicate holds, std::chrono::milliseconds timeout,
                std::chrono::milliseconds nap = std::chrono::milliseconds(2)) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return holds();
    ::poll(nullptr, 0, static_cast<int>(nap.count()));
  }
  return true;
}

}  // namespace serf::testing
