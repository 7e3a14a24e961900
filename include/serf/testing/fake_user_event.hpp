// A user event as a fake agent sends it.
#pragma once

#include <cstdint>
#include <string>

namespace serf::testing {

struct fake_user_event {
  std::string name;
  std::string payload = {};
  bool coalesce = false;
  std::uint64_t ltime = 0;  // 0: the next of the fake's own clock
};

}  // namespace serf::testing
