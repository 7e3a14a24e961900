#include "vocabulary/duration_text.hpp"

#include <cstdio>

namespace serf {

std::string duration_text(std::chrono::nanoseconds value) {
  const double seconds = std::chrono::duration<double>(value).count();
  char text[40];
  if (seconds >= 1) {
    std::snprintf(text, sizeof text, "%.4g s", seconds);
  } else {
    std::snprintf(text, sizeof text, "%.3g ms", seconds * 1e3);
  }
  return text;
}

}  // namespace serf
