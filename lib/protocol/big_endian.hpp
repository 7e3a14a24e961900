#pragma once

#include <cstdint>
#include <string_view>

namespace serf::protocol {

// The number that up to eight bytes are, the most significant first.
inline std::uint64_t big_endian(std::string_view bytes) noexcept {
  std::uint64_t value = 0;
  for (const char each : bytes) value = value << 8U | static_cast<unsigned char>(each);
  return value;
}

}  // namespace serf::protocol
