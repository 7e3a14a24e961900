#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "protocol/limits.hpp"

namespace serf::protocol {

// Finds where a msgpack value ends, without decoding it. Goes on where it stopped when more bytes
// have come, so that a value that arrives in pieces is looked at once; text and bytes are stepped
// over by their length. Holds one counter per open array or map, and nothing else that grows.
class value_scanner {
 public:
  enum class outcome { complete, need_more, malformed, too_large, too_deep, too_many };

  // `bytes` starts where the value does, and is what has come so far: at each call the same and
  // more. After complete, size() is the length of the value, and reset() prepares for the next.
  outcome scan(std::string_view bytes, const limits& bounds);
  std::size_t size() const noexcept { return static_cast<std::size_t>(at_); }
  void reset() noexcept;

 private:
  outcome open(std::uint64_t elements, std::uint64_t values, const limits& bounds);

  std::uint64_t at_ = 0;    // the next byte to look at; beyond what has come within a long text
  std::uint64_t left_ = 1;  // values still to come in the innermost array or map
  std::vector<std::uint64_t> outer_;  // the same of those around it
  std::uint64_t elements_ = 0;
};

}  // namespace serf::protocol
