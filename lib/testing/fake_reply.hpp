// What a command comes to.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <serf/testing/fake_value.hpp>

namespace serf::testing {

struct fake_reply {
  std::string error = {};
  std::optional<fake_value> body = {};
  bool later = false;               // no reply yet: the connection waits for it
  bool hang_up = false;             // no reply: the connection ends
  std::function<void()> then = {};  // once the reply stands in the connection's buffer
};

}  // namespace serf::testing
