// A body as msgpack-c unpacks it, read by the rules of the protocol: nil is empty, text and bytes
// are one, of equal keys the last one counts.
#pragma once

#include <cstdint>
#include <msgpack.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/one_value.hpp"

namespace serf::fuzz {

class unpacked {
 public:
  using value = msgpack::object;

  // One whole value.
  explicit unpacked(std::string_view body) : handle_(msgpack::unpack(body.data(), body.size())) {}

  const value& root() const { return handle_.get(); }
  value at(std::string_view key) const { return at(root(), key); }

  // nil where there is no such key.
  static value at(const value& map, std::string_view key) {
    value found;
    if (map.type != msgpack::type::MAP) return found;
    for (std::uint32_t i = 0; i < map.via.map.size; ++i) {
      const auto& entry = map.via.map.ptr[i];
      if (is_text(entry.key) && text(entry.key) == key) found = entry.val;
    }
    return found;
  }

  static std::string text(const value& is) {
    if (is.type == msgpack::type::STR) return {is.via.str.ptr, is.via.str.size};
    if (is.type == msgpack::type::BIN) return {is.via.bin.ptr, is.via.bin.size};
    return {};
  }
  // Negative ones in two's complement.
  static std::uint64_t number(const value& is) {
    if (is.type == msgpack::type::POSITIVE_INTEGER) return is.via.u64;
    if (is.type == msgpack::type::NEGATIVE_INTEGER) return static_cast<std::uint64_t>(is.via.i64);
    return 0;
  }
  static bool flag(const value& is) { return is.type == msgpack::type::BOOLEAN && is.via.boolean; }
  static std::vector<value> elements(const value& is) {
    if (is.type != msgpack::type::ARRAY) return {};
    return {is.via.array.ptr, is.via.array.ptr + is.via.array.size};
  }
  static std::size_t entries(const value& is) {
    return is.type == msgpack::type::MAP ? is.via.map.size : 0;
  }

 private:
  static bool is_text(const value& is) {
    return is.type == msgpack::type::STR || is.type == msgpack::type::BIN;
  }

  msgpack::object_handle handle_;
};

}  // namespace serf::fuzz
