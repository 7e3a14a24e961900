// How a key may stand in a file.
#pragma once

#include <string>
#include <vector>

namespace serf::testing {

inline std::string in_hex(const std::string& bytes, const std::string& digits,
                          const std::string& before = "") {
  std::string text;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    text += before;
    text += digits[byte >> 4U];
    text += digits[byte & 0xfU];
  }
  return text;
}

// Of whole groups of three bytes only: what stands behind them decides on the rest.
inline std::string in_base64(const std::string& bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at + 3 <= bytes.size(); at += 3) {
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8 | (static_cast<unsigned>(bytes[at + i]) & 0xffU);
    for (int shift = 18; shift >= 0; shift -= 6) text += digits[group >> shift & 0x3fU];
  }
  return text;
}

// As it is, in hex, escaped, and in base64, wherever in a longer text it may stand.
inline std::vector<std::string> forms_of(const std::string& key) {
  return {key,
          in_hex(key, "0123456789abcdef"),
          in_hex(key, "0123456789ABCDEF"),
          in_hex(key, "0123456789abcdef", "\\x"),
          in_base64(key),
          in_base64(key.substr(1)),
          in_base64(key.substr(2))};
}

}  // namespace serf::testing
