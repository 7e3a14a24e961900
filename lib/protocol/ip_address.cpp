#include "protocol/ip_address.hpp"

#include <array>
#include <charconv>
#include <cstddef>

namespace serf::protocol {
namespace {

constexpr std::size_t groups = 8;

void append_number(std::string& out, unsigned value, int base) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::string dotted(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += '.';
    append_number(out, byte_at(bytes, i), 10);
  }
  return out;
}

unsigned group_at(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, 2 * at) << 8U | byte_at(bytes, 2 * at + 1);
}

// RFC 5952: the longest run of zero groups is left out, the first of equal ones, none of a single
// group.
std::string colons(std::string_view bytes) {
  std::size_t run_begin = groups, run_length = 1;
  for (std::size_t i = 0; i < groups; ++i) {
    std::size_t end = i;
    while (end < groups && group_at(bytes, end) == 0) ++end;
    if (end - i > run_length) run_begin = i, run_length = end - i;
  }
  std::string out;
  for (std::size_t i = 0; i < groups; ++i) {
    if (i == run_begin) {
      out += "::";
      i += run_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    append_number(out, group_at(bytes, i), 16);
  }
  return out;
}

std::string unheard_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "?";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out += digits[byte_at(bytes, i) >> 4U];
    out += digits[byte_at(bytes, i) & 0xfU];
  }
  return out;
}

}  // namespace

std::string address_text(std::string_view bytes) {
  constexpr std::string_view mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  switch (bytes.size()) {
    case 0:
      return {};
    case 4:
      return dotted(bytes);
    case 16:
      return bytes.substr(0, 12) == mapped ? dotted(bytes.substr(12)) : colons(bytes);
    default:
      return unheard_of(bytes);
  }
}

}  // namespace serf::protocol
