// msgpack by hand, form by form: what a test writes down must not come from what it tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace serf::protocol::test::wire {

inline std::string big_endian(std::uint64_t value, int width) {
  std::string bytes(static_cast<std::size_t>(width), '\0');
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at, value >>= 8U) {
    *at = static_cast<char>(value & 0xffU);
  }
  return bytes;
}

inline std::string lead(unsigned byte) { return std::string(1, static_cast<char>(byte)); }
inline std::string lead(unsigned byte, std::uint64_t value, int width) {
  return lead(byte) + big_endian(value, width);
}

// Forms that the name or the caller chooses, whether or not they are the smallest.
inline std::string str8(std::string_view s) { return lead(0xd9, s.size(), 1).append(s); }
inline std::string str16(std::string_view s) { return lead(0xda, s.size(), 2).append(s); }
inline std::string str32(std::string_view s) { return lead(0xdb, s.size(), 4).append(s); }
inline std::string bin8(std::string_view s) { return lead(0xc4, s.size(), 1).append(s); }
inline std::string bin16(std::string_view s) { return lead(0xc5, s.size(), 2).append(s); }
inline std::string bin32(std::string_view s) { return lead(0xc6, s.size(), 4).append(s); }
inline std::string uint8(std::uint64_t v) { return lead(0xcc, v, 1); }
inline std::string uint16(std::uint64_t v) { return lead(0xcd, v, 2); }
inline std::string uint32(std::uint64_t v) { return lead(0xce, v, 4); }
inline std::string uint64(std::uint64_t v) { return lead(0xcf, v, 8); }
inline std::string int8(std::int64_t v) { return lead(0xd0, static_cast<std::uint64_t>(v), 1); }
inline std::string int16(std::int64_t v) { return lead(0xd1, static_cast<std::uint64_t>(v), 2); }
inline std::string int32(std::int64_t v) { return lead(0xd2, static_cast<std::uint64_t>(v), 4); }
inline std::string int64(std::int64_t v) { return lead(0xd3, static_cast<std::uint64_t>(v), 8); }
inline std::string array16(std::uint64_t n) { return lead(0xdc, n, 2); }
inline std::string array32(std::uint64_t n) { return lead(0xdd, n, 4); }
inline std::string map16(std::uint64_t n) { return lead(0xde, n, 2); }
inline std::string map32(std::uint64_t n) { return lead(0xdf, n, 4); }

// The smallest form.
inline std::string nil() { return lead(0xc0); }
inline std::string flag(bool v) { return lead(v ? 0xc3 : 0xc2); }
inline std::string number(std::uint64_t v) {
  if (v < 0x80) return lead(static_cast<unsigned>(v));
  return v < 0x100 ? uint8(v) : v < 0x10000 ? uint16(v) : v < 0x100000000 ? uint32(v) : uint64(v);
}
inline std::string text(std::string_view s) {
  if (s.size() < 32) return lead(0xa0U | static_cast<unsigned>(s.size())).append(s);
  return s.size() < 0x100 ? str8(s) : s.size() < 0x10000 ? str16(s) : str32(s);
}
inline std::string array(std::size_t n) {
  return n < 16 ? lead(0x90U | static_cast<unsigned>(n)) : n < 0x10000 ? array16(n) : array32(n);
}
inline std::string map(std::size_t n) {
  return n < 16 ? lead(0x80U | static_cast<unsigned>(n)) : n < 0x10000 ? map16(n) : map32(n);
}

inline std::string header(std::uint64_t seq, std::string_view error = "") {
  return map(2) + text("Error") + text(error) + text("Seq") + number(seq);
}

}  // namespace serf::protocol::test::wire
