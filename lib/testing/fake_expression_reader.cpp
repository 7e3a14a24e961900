#include "testing/fake_expression_reader.hpp"

#include <algorithm>
#include <cstddef>

#include "testing/fake_runes.hpp"

namespace serf::testing {
namespace {

using invalid = fake_expression::invalid;

constexpr std::u32string_view octal_digits = U"01234567";
constexpr std::u32string_view digits = U"0123456789";

}  // namespace

char32_t fake_expression_reader::take() {
  if (at_end()) throw invalid("ends too early");
  const auto rune = left_.front();
  left_.remove_prefix(1);
  return rune;
}

bool fake_expression_reader::take(std::u32string_view what) {
  if (!next_is(what)) return false;
  left_.remove_prefix(what.size());
  return true;
}

std::u32string_view fake_expression_reader::take_until(std::u32string_view end) {
  const auto size = left_.find(end);
  if (size == std::u32string_view::npos) throw invalid("ends too early");
  const auto taken = left_.substr(0, size);
  left_.remove_prefix(size + end.size());
  return taken;
}

std::optional<fake_expression_reader::counts> fake_expression_reader::take_counts() {
  const auto begin = mark();
  const auto least = take_number();
  auto most = least;
  if (least && take(U",")) most = next_is(U"}") ? -1 : take_number();
  if (least && most && take(U"}")) return counts{*least, *most};
  back_to(begin);
  return std::nullopt;
}

std::optional<int> fake_expression_reader::take_number() {
  if (!next_is_one_of(digits)) return std::nullopt;
  int value = static_cast<int>(take() - U'0');
  if (value == 0 && next_is_one_of(digits)) return std::nullopt;
  while (next_is_one_of(digits)) {
    value = std::min(value * 10 + static_cast<int>(take() - U'0'), 1001);
  }
  return value;
}

char32_t fake_expression_reader::take_escaped() {
  // \1 would be what a group took, which only octal digits behind it make another thing.
  if (next_is_one_of(octal_digits)) {
    char32_t value = take() - U'0';
    if (value != 0 && !next_is_one_of(octal_digits)) throw invalid("invalid escape sequence");
    for (int i = 0; i < 2 && next_is_one_of(octal_digits); ++i) value = value * 8 + (take() - U'0');
    return value;
  }
  if (take(U"x")) return take_hexadecimal();
  const auto rune = take();
  constexpr std::u32string_view letters = U"afnrtv";
  const auto at = letters.find(rune);
  if (at != std::u32string_view::npos) return U"\a\f\n\r\t\v"[at];
  const auto letters_and_digits = posix_class(U"alnum").value();
  if (rune >= 0x80 || contains(letters_and_digits, rune)) throw invalid("invalid escape sequence");
  return rune;
}

char32_t fake_expression_reader::take_hexadecimal() {
  const bool in_braces = take(U"{");
  char32_t value = take_hexadecimal_digit();
  if (!in_braces) return value * 16 + take_hexadecimal_digit();
  while (!take(U"}")) {
    value = value * 16 + take_hexadecimal_digit();
    if (value > last_rune) throw invalid("invalid escape sequence");
  }
  return value;
}

char32_t fake_expression_reader::take_hexadecimal_digit() {
  constexpr std::u32string_view lower = U"0123456789abcdef";
  constexpr std::u32string_view upper = U"0123456789ABCDEF";
  const auto rune = take();
  const auto value = std::min(lower.find(rune), upper.find(rune));
  if (value == std::u32string_view::npos) throw invalid("invalid escape sequence");
  return static_cast<char32_t>(value);
}

}  // namespace serf::testing
