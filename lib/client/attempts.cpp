#include "client/attempts.hpp"

#include <algorithm>

namespace serf {

using std::chrono::nanoseconds;

nanoseconds growing_delay::next() {
  const auto current = static_cast<double>(std::min(next_, how_.max_delay()).count());
  const auto longest = static_cast<double>(how_.max_delay().count());
  next_ =
      nanoseconds(static_cast<nanoseconds::rep>(std::min(current * how_.multiplier(), longest)));
  std::uniform_real_distribution<double> around(1 - how_.jitter(), 1 + how_.jitter());
  return nanoseconds(static_cast<nanoseconds::rep>(current * around(random_)));
}

void growing_delay::lasted(nanoseconds time) {
  if (time >= next_) next_ = how_.initial_delay();
}

std::optional<connection::attempt> attempts::next(std::optional<nanoseconds> lasted) {
  nanoseconds delay{0};
  if (lasted) {
    delay_.lasted(*lasted);
    delay = delay_.next();
    tried_ = 0;
    number_ = 1;
  } else {
    if (max_attempts_ != 0 && number_ >= static_cast<int>(max_attempts_)) return std::nullopt;
    ++number_;
    if (++tried_ >= where_.size()) {
      tried_ = 0;
      delay = delay_.next();
    }
  }
  at_ = (at_ + 1) % where_.size();
  return connection::attempt{where(), delay};
}

}  // namespace serf
