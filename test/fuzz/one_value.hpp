// What msgpack-c itself makes of bytes: an opinion besides the library's own.
#pragma once

#include <cstddef>
#include <msgpack.hpp>
#include <optional>
#include <string_view>

namespace serf::fuzz {

// The length of the value that the bytes start with; none where they are no msgpack, or not enough.
inline std::optional<std::size_t> length_of_value(std::string_view bytes) {
  msgpack::null_visitor visitor;
  std::size_t length = 0;
  if (!msgpack::parse(bytes.data(), bytes.size(), length, visitor)) return std::nullopt;
  return length;
}

inline bool is_one_value(std::string_view bytes) { return length_of_value(bytes) == bytes.size(); }

}  // namespace serf::fuzz
