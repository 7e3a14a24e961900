#include "vocabulary/duration_text.hpp"

#include <cstdio>

namespace serf {

// Of durations that were measured, the microseconds are noise.
std::string duration_text(std::chrono::nanoseconds value) {
  using std::chrono::milliseconds;
  if (value < milliseconds(1)) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g ms",
                  std::chrono::duration<double, std::milli>(value).count());
    return text;
  }
  // Not chrono::round, which would overflow where no end was meant.
  const auto ms = std::chrono::duration_cast<milliseconds>(value).count() +
                  (value % milliseconds(1) >= std::chrono::microseconds(500) ? 1 : 0);
  if (ms < 1000) return std::to_string(ms) + " ms";
  const auto tenths = (ms + 50) / 100;
  const auto rest = tenths % 10;
  return std::to_string(tenths / 10) + (rest != 0 ? "." + std::to_string(rest) : "") + " s";
}

}  // namespace serf
