// The bytes of one run, taken from the front. When they are used up, what is taken is zero or
// empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace serf::fuzz {

class input {
 public:
  input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const noexcept { return rest_.empty(); }

  std::uint8_t byte() {
    const std::string_view one = bytes(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
  }
  // Below `end`, which is 256 at most.
  std::size_t below(std::size_t end) { return byte() % end; }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (const char each : bytes(8)) value = value << 8U | static_cast<std::uint8_t>(each);
    return value;
  }

  std::string_view bytes(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // Its length stands in front of it, in two bytes.
  std::string_view piece() {
    const std::size_t high = byte();
    return bytes(high << 8U | byte());
  }
  std::string_view rest() { return bytes(rest_.size()); }

 private:
  std::string_view rest_;
};

// Sizes of pieces, from 1 up, that follow from a seed.
class piece_sizes {
 public:
  explicit piece_sizes(std::uint64_t seed) : state_(seed | 1U) {}

  std::size_t next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    // Single bytes as often as large pieces: 1 to 2, 4, 8 ... 256.
    const std::uint64_t most = std::uint64_t{2} << (state_ >> 61U);
    return static_cast<std::size_t>(1 + (state_ >> 33U) % most);
  }

 private:
  std::uint64_t state_;
};

}  // namespace serf::fuzz
