#include "client/attempts.hpp"

#include <algorithm>

namespace serf {

using std::chrono::nanoseconds;

namespace {

// The longest delay that there is has no exact double, and no greater one may be converted.
nanoseconds at_most_forever(double count) {
  constexpr auto forever = nanoseconds::max();
  return count < static_cast<double>(forever.count())
             ? nanoseconds(static_cast<nanoseconds::rep>(count))
             : forever;
}

}  // namespace

nanoseconds growing_delay::next() {
  const auto current = static_cast<double>(std::min(next_, how_.max_delay()).count());
  const auto longest = static_cast<double>(how_.max_delay().count());
  next_ = at_most_forever(std::min(current * how_.multiplier(), longest));
  std::uniform_real_distribution<double> around(1 - how_.jitter(), 1 + how_.jitter());
  return at_most_forever(current * around(random_));
}

void growing_delay::lasted(nanoseconds time) {
  if (time >= next_) start_anew();
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
