// The clock that queries and held events live by: the system's, or one that stands until a test
// moves it.
#pragma once

#include <chrono>

namespace serf::testing {

class fake_clock {
 public:
  using clock = std::chrono::steady_clock;

  explicit fake_clock(bool manual) : manual_(manual), now_(clock::now()) {}

  bool manual() const { return manual_; }
  clock::time_point now() const { return manual_ ? now_ : clock::now(); }
  void advance(clock::duration by) { now_ += by; }

 private:
  bool manual_;
  clock::time_point now_;
};

using fake_time = fake_clock::clock::time_point;

}  // namespace serf::testing
