#include "protocol/header.hpp"

#include "protocol/big_endian.hpp"
#include "protocol/limits.hpp"
#include "protocol/value_scanner.hpp"
#include "vocabulary/printable.hpp"

namespace serf::protocol {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// `value`: a whole one, here and below.
std::optional<std::string_view> text_of(std::string_view value) {
  const unsigned first = byte_at(value, 0);
  if (first >= 0xa0 && first <= 0xbf) return value.substr(1);
  switch (first) {
    case 0xc4:  // bin, which newer agents may come to use
    case 0xd9:
      return value.substr(2);
    case 0xc5:
    case 0xda:
      return value.substr(3);
    case 0xc6:
    case 0xdb:
      return value.substr(5);
    default:
      return std::nullopt;
  }
}

std::optional<std::uint64_t> number_of(std::string_view value) {
  const unsigned first = byte_at(value, 0);
  if (first <= 0x7f) return first;
  const bool is_unsigned = first >= 0xcc && first <= 0xcf;
  const bool is_signed = first >= 0xd0 && first <= 0xd3;
  if (is_unsigned || (is_signed && byte_at(value, 1) <= 0x7f)) return big_endian(value.substr(1));
  return std::nullopt;
}

std::string_view take_value(std::string_view& rest) {
  value_scanner scanner;
  scanner.scan(rest, limits{rest.size(), rest.size(), rest.size()});
  const std::string_view value = rest.substr(0, scanner.size());
  rest.remove_prefix(value.size());
  return value;
}

}  // namespace

std::size_t read_usual_header(std::string_view bytes, header& into) noexcept {
  constexpr std::string_view start(
      "\x82\xa5"
      "Error"
      "\xa0\xa3"
      "Seq",
      12);
  if (bytes.size() <= start.size() || bytes.compare(0, start.size(), start) != 0) return 0;
  const unsigned first = byte_at(bytes, start.size());
  if (first <= 0x7f) {
    into = {{}, first};
    return start.size() + 1;
  }
  if (first < 0xcc || first > 0xcf) return 0;
  const std::size_t width = std::size_t{1} << (first - 0xccU);
  const std::string_view digits = bytes.substr(start.size() + 1, width);
  if (digits.size() < width) return 0;
  into = {{}, big_endian(digits)};
  return start.size() + 1 + width;
}

std::optional<std::string> read_header(std::string_view value, header& into) {
  const unsigned first = byte_at(value, 0);
  std::string_view rest = value.substr(first == 0xdf ? 5 : first == 0xde ? 3 : 1);
  std::string unknown;
  bool has_error = false, has_seq = false;
  while (!rest.empty()) {
    const auto key = text_of(take_value(rest));
    const std::string_view content = take_value(rest);
    if (key == "Error") {
      const auto text = text_of(content);
      if (!text) return "a header whose Error is not text";
      into.error = *text;
      has_error = true;
    } else if (key == "Seq") {
      const auto number = number_of(content);
      if (!number) return "a header whose Seq is not an unsigned number";
      into.seq = *number;
      has_seq = true;
    } else if (key && unknown.empty()) {
      unknown = ", but with " + in_quotes(*key);
    }
  }
  if (!has_error) return "a header without Error" + unknown;
  if (!has_seq) return "a header without Seq" + unknown;
  return std::nullopt;
}

}  // namespace serf::protocol
