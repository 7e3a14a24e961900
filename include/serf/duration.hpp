#pragma once

#include <chrono>

namespace serf {

// A length of time in nanoseconds. Any std::chrono::duration converts, fractions included; what is
// too long for it counts as 292 years.
class duration {
 public:
  template <class Rep, class Period>
  constexpr duration(std::chrono::duration<Rep, Period> value) noexcept : value_(bounded(value)) {}
  constexpr operator std::chrono::nanoseconds() const noexcept { return value_; }

 private:
  template <class Rep, class Period>
  static constexpr std::chrono::nanoseconds bounded(std::chrono::duration<Rep, Period> value) {
    using std::chrono::nanoseconds;
    using seconds = std::chrono::duration<double>;
    if (!(seconds(value) < seconds(nanoseconds::max()))) return nanoseconds::max();  // NaN too
    if (seconds(value) <= seconds(nanoseconds::min())) return nanoseconds::min();
    return std::chrono::duration_cast<nanoseconds>(value);
  }

  std::chrono::nanoseconds value_;
};

}  // namespace serf
