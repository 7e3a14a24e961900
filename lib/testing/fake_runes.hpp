// Sets of code points, as expressions need them: of ranges, of Unicode's categories and scripts,
// and without regard to case. What is known of Unicode here ends at U+052F, with the Latin, Greek
// and Cyrillic letters: of what lies beyond there is no category, no script and no case.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace serf::testing {

constexpr char32_t last_rune = 0x10ffff;
constexpr char32_t no_rune = 0xfffd;  // what stands for a byte that is not UTF-8

// As Go reads it: each byte that belongs to no code point is `no_rune`.
std::u32string runes_of(std::string_view text);
bool is_utf8(std::string_view text);

// First and last of each range. The functions below that return one return it in order, and no two
// ranges of it touch.
using rune_ranges = std::vector<std::pair<char32_t, char32_t>>;

rune_ranges in_order(rune_ranges any);
rune_ranges all_but(const rune_ranges& ordered);
rune_ranges in_either_case(rune_ranges any);
bool contains(const rune_ranges& ordered, char32_t rune);

// The class of this name, as in [[:alpha:]], or as in \pL and \p{Greek}.
std::optional<rune_ranges> posix_class(std::u32string_view name);
std::optional<rune_ranges> unicode_class(std::u32string_view name);

}  // namespace serf::testing
