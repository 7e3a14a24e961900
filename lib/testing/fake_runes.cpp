#include "testing/fake_runes.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace serf::testing {
namespace {

using namespace std::string_view_literals;

// The category of each code point from 0 on: an index into the names, as a letter; - is none.
constexpr std::string_view category_names =
    "LuLlLtLmLoMnMeNdNoPcPdPsPePiPfPoSmScSkSoZsCcCf"
    "McNlZlZpCoCs";  // of which there are none here
constexpr std::string_view categories =
    "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvuppprppplmpqpkpphhhhhhhhhhppqqqppaaaaaaaaaaaaaaaaaaaaaaaaa"
    "alpmsjsbbbbbbbbbbbbbbbbbbbbbbbbbblqmqvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvuprrrrtpstenqwtstqii"
    "sbppsieoiiipaaaaaaaaaaaaaaaaaaaaaaaqaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbqbbbbbbbbababababababab"
    "abababababababababababababababababababababbababababababababbababababababababababababababab"
    "ababababababababaabababbbaababaabaaabbaaaabaabaaabbbaabaabababaababbabaabaaababaabbeabbbee"
    "eeacbacbacbababababababababbabababababababababbacbabaaabababababababababababababababababab"
    "ababababababababababababbbbbbbaabaabbabaaaabababababbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbebbbbbbbbbbbbbbbbbbbbbbbbbbbddddddddddddddddddssssdddddddddd"
    "ddssssssssssssssdddddsssssssdsdsssssssssssssssssffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffababdsab--dbbbpa----"
    "ssapaaa-a-aabaaaaaaaaaaaaaaaaa-aaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbabbaaabbbababab"
    "abababababababababbbbbabqabaabbaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbb"
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbabababababababababababababababababtfffffggabababab"
    "abababababababababababababababababababababababaabababababababbabababababababababababababab"
    "abababababababababababababababababababababababababababababababababab";

// Pairs of first and last.
struct named_ranges {
  std::u32string_view name;
  std::u32string_view ranges;
};
constexpr named_ranges scripts[] = {
    {U"Cyrillic", U"\u0400\u0484\u0487\u052f"},
    {U"Greek",
     U"\u0370\u0373\u0375\u0377\u037a\u037d\u037f\u037f\u0384\u0384\u0386\u0386\u0388\u038a\u038c"
     U"\u038c\u038e\u03a1\u03a3\u03e1\u03f0\u03ff"},
    {U"Latin", U"AZaz\u00aa\u00aa\u00ba\u00ba\u00c0\u00d6\u00d8\u00f6\u00f8\u02b8\u02e0\u02e4"},
};

constexpr named_ranges posix_classes[] = {
    {U"alnum", U"09AZaz"},
    {U"alpha", U"AZaz"},
    {U"ascii", U"\0\x7f"sv},
    {U"blank", U"\t\t  "},
    {U"cntrl", U"\0\x1f\x7f\x7f"sv},
    {U"digit", U"09"},
    {U"graph", U"!~"},
    {U"lower", U"az"},
    {U"print", U" ~"},
    {U"punct", U"!/:@[`{~"},
    {U"space", U"\t\r  "},
    {U"upper", U"AZ"},
    {U"word", U"09AZ__az"},
    {U"xdigit", U"09AFaf"},
};

// first, last and so on in steps differ by case alone from what is so much less.
struct case_run {
  char32_t first;
  char32_t last;
  char32_t less;
  char32_t step;
};
constexpr case_run case_runs[] = {
    {0x61, 0x7a, 32, 1},        {0xe0, 0xf6, 32, 1},        {0xf8, 0xfe, 32, 1},
    {0x101, 0x12f, 1, 2},       {0x133, 0x137, 1, 2},       {0x13a, 0x148, 1, 2},
    {0x14b, 0x177, 1, 2},       {0x178, 0x178, 121, 1},     {0x17a, 0x17e, 1, 2},
    {0x17f, 0x17f, 300, 1},     {0x183, 0x185, 1, 2},       {0x188, 0x188, 1, 1},
    {0x18c, 0x18c, 1, 1},       {0x192, 0x192, 1, 1},       {0x199, 0x199, 1, 1},
    {0x1a1, 0x1a5, 1, 2},       {0x1a8, 0x1a8, 1, 1},       {0x1ad, 0x1ad, 1, 1},
    {0x1b0, 0x1b0, 1, 1},       {0x1b4, 0x1b6, 1, 2},       {0x1b9, 0x1b9, 1, 1},
    {0x1bd, 0x1bd, 1, 1},       {0x1c5, 0x1c5, 1, 1},       {0x1c6, 0x1c6, 2, 1},
    {0x1c8, 0x1c8, 1, 1},       {0x1c9, 0x1c9, 2, 1},       {0x1cb, 0x1cb, 1, 1},
    {0x1cc, 0x1cc, 2, 1},       {0x1ce, 0x1dc, 1, 2},       {0x1dd, 0x1dd, 79, 1},
    {0x1df, 0x1ef, 1, 2},       {0x1f2, 0x1f2, 1, 1},       {0x1f3, 0x1f3, 2, 1},
    {0x1f5, 0x1f5, 1, 1},       {0x1f6, 0x1f6, 97, 1},      {0x1f7, 0x1f7, 56, 1},
    {0x1f9, 0x21f, 1, 2},       {0x220, 0x220, 130, 1},     {0x223, 0x233, 1, 2},
    {0x23c, 0x23c, 1, 1},       {0x23d, 0x23d, 163, 1},     {0x242, 0x242, 1, 1},
    {0x243, 0x243, 195, 1},     {0x247, 0x24f, 1, 2},       {0x253, 0x253, 210, 1},
    {0x254, 0x254, 206, 1},     {0x256, 0x257, 205, 1},     {0x259, 0x259, 202, 1},
    {0x25b, 0x25b, 203, 1},     {0x260, 0x260, 205, 1},     {0x263, 0x263, 207, 1},
    {0x268, 0x268, 209, 1},     {0x269, 0x269, 211, 1},     {0x26f, 0x26f, 211, 1},
    {0x272, 0x272, 213, 1},     {0x275, 0x275, 214, 1},     {0x280, 0x280, 218, 1},
    {0x283, 0x283, 218, 1},     {0x288, 0x288, 218, 1},     {0x289, 0x289, 69, 1},
    {0x28a, 0x28b, 217, 1},     {0x28c, 0x28c, 71, 1},      {0x292, 0x292, 219, 1},
    {0x371, 0x373, 1, 2},       {0x377, 0x377, 1, 1},       {0x399, 0x399, 84, 1},
    {0x39c, 0x39c, 743, 1},     {0x3ac, 0x3ac, 38, 1},      {0x3ad, 0x3af, 37, 1},
    {0x3b1, 0x3b8, 32, 1},      {0x3b9, 0x3b9, 116, 1},     {0x3ba, 0x3bb, 32, 1},
    {0x3bc, 0x3bc, 775, 1},     {0x3bd, 0x3c1, 32, 1},      {0x3c2, 0x3c2, 31, 1},
    {0x3c3, 0x3cb, 32, 1},      {0x3cc, 0x3cc, 64, 1},      {0x3cd, 0x3ce, 63, 1},
    {0x3d0, 0x3d0, 62, 1},      {0x3d1, 0x3d1, 57, 1},      {0x3d5, 0x3d5, 47, 1},
    {0x3d6, 0x3d6, 54, 1},      {0x3d7, 0x3d7, 8, 1},       {0x3d9, 0x3ef, 1, 2},
    {0x3f0, 0x3f0, 86, 1},      {0x3f1, 0x3f1, 80, 1},      {0x3f3, 0x3f3, 116, 1},
    {0x3f4, 0x3f4, 92, 1},      {0x3f5, 0x3f5, 96, 1},      {0x3f8, 0x3f8, 1, 1},
    {0x3f9, 0x3f9, 7, 1},       {0x3fb, 0x3fb, 1, 1},       {0x3fd, 0x3ff, 130, 1},
    {0x430, 0x44f, 32, 1},      {0x450, 0x45f, 80, 1},      {0x461, 0x481, 1, 2},
    {0x48b, 0x4bf, 1, 2},       {0x4c2, 0x4ce, 1, 2},       {0x4cf, 0x4cf, 15, 1},
    {0x4d1, 0x52f, 1, 2},       {0x1c80, 0x1c80, 6254, 1},  {0x1c81, 0x1c81, 6253, 1},
    {0x1c82, 0x1c82, 6244, 1},  {0x1c83, 0x1c84, 6242, 1},  {0x1c85, 0x1c85, 6243, 1},
    {0x1c86, 0x1c86, 6236, 1},  {0x1c87, 0x1c87, 6181, 1},  {0x1e9e, 0x1e9e, 7615, 1},
    {0x1fbe, 0x1fbe, 7289, 1},  {0x2126, 0x2126, 7549, 1},  {0x212a, 0x212a, 8415, 1},
    {0x212b, 0x212b, 8294, 1},  {0x2c62, 0x2c62, 10743, 1}, {0x2c64, 0x2c64, 10727, 1},
    {0x2c65, 0x2c65, 10795, 1}, {0x2c66, 0x2c66, 10792, 1}, {0x2c6d, 0x2c6d, 10780, 1},
    {0x2c6e, 0x2c6e, 10749, 1}, {0x2c6f, 0x2c6f, 10783, 1}, {0x2c70, 0x2c70, 10782, 1},
    {0x2c7e, 0x2c7f, 10815, 1}, {0xa78d, 0xa78d, 42280, 1}, {0xa7aa, 0xa7aa, 42308, 1},
    {0xa7ab, 0xa7ab, 42319, 1}, {0xa7ac, 0xa7ac, 42315, 1}, {0xa7ad, 0xa7ad, 42305, 1},
    {0xa7ae, 0xa7ae, 42308, 1}, {0xa7b0, 0xa7b0, 42258, 1}, {0xa7b1, 0xa7b1, 42282, 1},
    {0xa7b2, 0xa7b2, 42261, 1}, {0xa7c5, 0xa7c5, 42307, 1},
};

// Each code point and one that differs from it by case alone, in order, all there are.
using case_pairs = std::vector<std::pair<char32_t, char32_t>>;

case_pairs with_all_cases() {
  // Each has its least one; those with the same least one belong together.
  case_pairs least;
  for (const auto& run : case_runs) {
    for (char32_t rune = run.first; rune <= run.last; rune += run.step) {
      least.emplace_back(rune - run.less, rune);
    }
  }
  case_pairs all;
  for (const auto& [first, rune] : least) {
    all.emplace_back(first, rune);
    all.emplace_back(rune, first);
    for (const auto& [same, other] : least) {
      if (same == first && other != rune) all.emplace_back(rune, other);
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

const case_pairs& all_cases() {
  static const case_pairs all = with_all_cases();
  return all;
}

template <std::size_t Size>
std::optional<rune_ranges> find(const named_ranges (&all)[Size], std::u32string_view name) {
  for (const auto& each : all) {
    if (each.name != name) continue;
    rune_ranges found;
    for (std::size_t i = 0; i < each.ranges.size(); i += 2) {
      found.emplace_back(each.ranges[i], each.ranges[i + 1]);
    }
    return found;
  }
  return std::nullopt;
}

// How many bytes of the text's start are a code point; 0: none.
std::size_t length_of_first(std::string_view text, char32_t& rune) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  rune = byte(0);
  if (rune < 0x80) return 1;
  const std::size_t length = rune < 0xc0   ? 0
                             : rune < 0xe0 ? 2
                             : rune < 0xf0 ? 3
                             : rune < 0xf8 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  rune &= 0x7fU >> length;
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xc0U) != 0x80) return 0;
    rune = rune << 6U | (byte(at) & 0x3fU);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = rune >= 0xd800 && rune <= 0xdfff;
  return rune < least[length] || rune > last_rune || surrogate ? 0 : length;
}

}  // namespace

std::u32string runes_of(std::string_view text) {
  std::u32string runes;
  while (!text.empty()) {
    char32_t rune = 0;
    const auto length = length_of_first(text, rune);
    runes += length == 0 ? no_rune : rune;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return runes;
}

bool is_utf8(std::string_view text) {
  for (char32_t rune = 0; !text.empty();) {
    const auto length = length_of_first(text, rune);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

rune_ranges in_order(rune_ranges any) {
  std::sort(any.begin(), any.end());
  rune_ranges ordered;
  for (const auto& [first, last] : any) {
    if (!ordered.empty() && first <= ordered.back().second + 1) {
      ordered.back().second = std::max(ordered.back().second, last);
    } else {
      ordered.emplace_back(first, last);
    }
  }
  return ordered;
}

rune_ranges all_but(const rune_ranges& ordered) {
  rune_ranges others;
  char32_t next = 0;
  for (const auto& [first, last] : ordered) {
    if (first > next) others.emplace_back(next, first - 1);
    next = last + 1;
  }
  if (next <= last_rune) others.emplace_back(next, last_rune);
  return others;
}

rune_ranges in_either_case(rune_ranges any) {
  any = in_order(std::move(any));
  rune_ranges both = any;
  for (const auto& [first, last] : any) {
    auto at = std::lower_bound(all_cases().begin(), all_cases().end(), std::pair(first, U'\0'));
    for (; at != all_cases().end() && at->first <= last; ++at) {
      both.emplace_back(at->second, at->second);
    }
  }
  return in_order(std::move(both));
}

bool contains(const rune_ranges& ordered, char32_t rune) {
  const auto behind = std::upper_bound(ordered.begin(), ordered.end(), std::pair(rune, last_rune));
  return behind != ordered.begin() && std::prev(behind)->second >= rune;
}

std::optional<rune_ranges> posix_class(std::u32string_view name) {
  return find(posix_classes, name);
}

std::optional<rune_ranges> unicode_class(std::u32string_view name) {
  if (name == U"Any") return rune_ranges{{0, last_rune}};
  if (name.empty() || name.size() > 2) return find(scripts, name);
  std::string letters;  // of the categories of this name, or beginning with it
  for (std::size_t i = 0; i < category_names.size(); i += 2) {
    const auto each = category_names.substr(i, 2);
    if (std::equal(name.begin(), name.end(), each.begin())) {
      letters += static_cast<char>('a' + i / 2);
    }
  }
  if (letters.empty()) return std::nullopt;
  rune_ranges found;
  for (char32_t rune = 0; rune < categories.size(); ++rune) {
    if (letters.find(categories[rune]) != std::string::npos) found.emplace_back(rune, rune);
  }
  return in_order(std::move(found));
}

}  // namespace serf::testing
