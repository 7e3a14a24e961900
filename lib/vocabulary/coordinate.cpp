#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ostream>
#include <tuple>

#include <serf/coordinate.hpp>

namespace serf {
namespace {

auto all_of(const coordinate& c) { return std::tie(c.vec, c.error, c.adjustment, c.height); }

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

}  // namespace

// As Serf's coordinate package has it:
// https://github.com/hashicorp/serf/blob/v0.10.1/coordinate/coordinate.go
result<std::chrono::nanoseconds> coordinate::distance_to(const coordinate& other) const {
  if (vec.size() != other.vec.size()) {
    return failure(errc::invalid_argument, "coordinates of " + std::to_string(vec.size()) +
                                               " and of " + std::to_string(other.vec.size()) +
                                               " dimensions have no distance");
  }
  double squares = 0;
  for (std::size_t i = 0; i < vec.size(); ++i) {
    const double difference = vec[i] - other.vec[i];
    squares += difference * difference;
  }
  double seconds = std::sqrt(squares) + height + other.height;
  const double adjusted = seconds + adjustment + other.adjustment;
  if (adjusted > 0) seconds = adjusted;

  using limits = std::chrono::duration<double>;
  if (!std::isfinite(adjusted) || limits(seconds) >= limits(std::chrono::nanoseconds::max()) ||
      limits(seconds) <= limits(std::chrono::nanoseconds::min())) {
    return failure(errc::invalid_argument, "the coordinates " + to_string(*this) + " and " +
                                               to_string(other) + " have no distance");
  }
  return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(seconds * 1e9));
}

bool operator==(const coordinate& a, const coordinate& b) { return all_of(a) == all_of(b); }

std::string to_string(const coordinate& value) {
  std::string text = "(";
  for (const double each : value.vec) text += (text.size() > 1 ? " " : "") + decimal(each);
  return text + ") error=" + decimal(value.error) + " adjustment=" + decimal(value.adjustment) +
         " height=" + decimal(value.height);
}

std::ostream& operator<<(std::ostream& out, const coordinate& v) { return out << to_string(v); }

}  // namespace serf
