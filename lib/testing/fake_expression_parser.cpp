// The syntax: https://pkg.go.dev/regexp/syntax, with the flags that regexp.Compile sets.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testing/fake_expression.hpp"
#include "testing/fake_expression_code.hpp"
#include "testing/fake_expression_program.hpp"
#include "testing/fake_expression_reader.hpp"

namespace serf::testing {
namespace {

using kind = fake_instruction::kind;
using invalid = fake_expression::invalid;

void append(rune_ranges& all, const rune_ranges& more) {
  all.insert(all.end(), more.begin(), more.end());
}

class parser {
 public:
  explicit parser(std::u32string_view expression) : text_(expression) {}
  fake_expression_program parse();

 private:
  struct flags {
    bool either_case = false;
    bool lines = false;  // ^ and $ are those of a line
    bool dot_newline = false;
  };

  void parse_one(char32_t rune, bool repeated);
  void parse_counts(bool repeated);
  void parse_flags();
  void parse_name();
  void parse_escape();
  void parse_class();
  std::optional<rune_ranges> escaped_class();
  rune_ranges unicode_class_here(bool others);
  char32_t class_rune() { return text_.take(U"\\") ? text_.take_escaped() : text_.take(); }

  void repeat(int least, int most, bool repeated);
  void open_group(bool captures);
  void close_group();
  void add_literal(char32_t rune) { code_.add_literal(rune, flags_.either_case); }
  rune_ranges with_flags(const rune_ranges& set, bool others) const;

  fake_expression_reader text_;
  bool repeated_ = false;  // what was read last is a repetition
  flags flags_;
  std::vector<flags> outer_flags_;  // of the groups around
  fake_expression_code code_;
};

fake_expression_program parser::parse() {
  while (!text_.at_end()) {
    const bool repeated = std::exchange(repeated_, false);
    parse_one(text_.take(), repeated);
  }
  return code_.finish();
}

void parser::parse_one(char32_t rune, bool repeated) {
  switch (rune) {
    case U'(':
      if (text_.take(U"?P<")) return parse_name();
      return text_.take(U"?") ? parse_flags() : open_group(true);
    case U')':
      return close_group();
    case U'|':
      return code_.next_branch();
    case U'^':
      return code_.add(flags_.lines ? kind::line_begins : kind::text_begins);
    case U'$':
      return code_.add(flags_.lines ? kind::line_ends : kind::text_ends);
    case U'.':
      return code_.add(flags_.dot_newline ? kind::any : kind::any_but_newline);
    case U'[':
      return parse_class();
    case U'*':
      return repeat(0, -1, repeated);
    case U'+':
      return repeat(1, -1, repeated);
    case U'?':
      return repeat(0, 1, repeated);
    case U'{':
      return parse_counts(repeated);
    case U'\\':
      return parse_escape();
    default:
      return add_literal(rune);
  }
}

void parser::repeat(int least, int most, bool repeated) {
  text_.take(U"?");  // which of the matches is found makes no difference here
  if (repeated) throw invalid("invalid nested repetition operator");
  code_.repeat(least, most);
  repeated_ = true;
}

void parser::parse_counts(bool repeated) {
  const auto counts = text_.take_counts();
  if (!counts) return add_literal(U'{');
  const auto [least, most] = *counts;
  if (least > 1000 || most > 1000 || (most >= 0 && least > most)) {
    throw invalid("invalid repeat count");
  }
  repeat(least, most, repeated);
}

void parser::open_group(bool captures) {
  code_.open_group(captures);
  outer_flags_.push_back(flags_);
}

void parser::close_group() {
  code_.close_group();
  flags_ = outer_flags_.back();
  outer_flags_.pop_back();
}

// Agents built with an older Go know (?P<name>, and not (?<name>.
void parser::parse_name() {
  const auto name = text_.take_until(U">");
  const auto letters = posix_class(U"word").value();
  for (const char32_t rune : name) {
    if (!contains(letters, rune)) throw invalid("invalid named capture");
  }
  if (name.empty()) throw invalid("invalid named capture");
  open_group(true);
}

// Behind (?, to the ) or the : that opens a group.
void parser::parse_flags() {
  flags changed = flags_;
  bool value = true;
  bool missing = false;  // a flag behind the minus
  char32_t rune = text_.take();
  for (; rune != U')' && rune != U':'; rune = text_.take()) {
    missing = false;
    if (rune == U'i') {
      changed.either_case = value;
    } else if (rune == U'm') {
      changed.lines = value;
    } else if (rune == U's') {
      changed.dot_newline = value;
    } else if (rune == U'-' && value) {
      value = false;
      missing = true;
    } else if (rune != U'U') {  // which only says which of the matches is found
      throw invalid("invalid or unsupported Perl syntax");
    }
  }
  if (missing) throw invalid("invalid or unsupported Perl syntax");
  if (rune == U':') open_group(false);
  flags_ = changed;
}

void parser::parse_escape() {
  if (text_.take(U"A")) return code_.add(kind::text_begins);
  if (text_.take(U"z")) return code_.add(kind::text_ends);
  if (text_.take(U"b")) return code_.add(kind::word_bounds);
  if (text_.take(U"B")) return code_.add(kind::word_goes_on);
  if (text_.take(U"Q")) {
    while (!text_.at_end() && !text_.take(U"\\E")) add_literal(text_.take());
    return;
  }
  if (const auto set = escaped_class()) return code_.add_set(*set);
  add_literal(text_.take_escaped());
}

// Behind a backslash: \d, \pL and the like. Nothing: it is another escape, and nothing is taken.
std::optional<rune_ranges> parser::escaped_class() {
  if (!text_.next_is_one_of(U"dDsSwWpP")) return std::nullopt;
  const bool others = text_.next_is_one_of(U"DSWP");
  switch (text_.take()) {
    case U'd':
    case U'D':
      return with_flags(posix_class(U"digit").value(), others);
    case U's':
    case U'S':  // no \v, unlike [:space:]
      return with_flags({{U'\t', U'\n'}, {U'\f', U'\r'}, {U' ', U' '}}, others);
    case U'w':
    case U'W':
      return with_flags(posix_class(U"word").value(), others);
    default:
      return unicode_class_here(others);
  }
}

rune_ranges parser::unicode_class_here(bool others) {
  std::u32string name;
  if (!text_.take(U"{")) {
    name = text_.take();
  } else {
    if (text_.take(U"^")) others = !others;
    name = text_.take_until(U"}");
  }
  const auto set = unicode_class(name);
  if (!set) throw invalid("invalid character class range");
  return with_flags(*set, others);
}

void parser::parse_class() {
  const bool others = text_.take(U"^");
  rune_ranges all;
  rune_ranges plain;  // at the end they are taken in either case, if at all, all at once
  for (bool first = true; first || !text_.take(U"]"); first = false) {
    const auto here = text_.mark();
    if (text_.take(U"[:") && text_.is_ahead(U":]")) {
      const bool negated = text_.take(U"^");
      const auto set = posix_class(text_.take_until(U":]"));
      if (!set) throw invalid("invalid character class range");
      append(all, with_flags(*set, negated));
      continue;
    }
    text_.back_to(here);
    if (text_.take(U"\\")) {
      if (const auto set = escaped_class()) {
        append(all, *set);
        continue;
      }
      text_.back_to(here);
    }
    const auto least = class_rune();
    auto most = least;
    if (text_.next_is_range()) {
      text_.take();
      most = class_rune();
    }
    if (most < least) throw invalid("invalid character class range");
    plain.emplace_back(least, most);
  }
  append(all, with_flags(plain, false));
  all = in_order(std::move(all));
  if (others) all = all_but(all);
  if (all.size() == 1 && all[0].first == all[0].second) {
    return code_.add_literal(all[0].first, false);
  }
  code_.add_set(all);
}

rune_ranges parser::with_flags(const rune_ranges& set, bool others) const {
  const auto all = flags_.either_case ? in_either_case(set) : in_order(set);
  return others ? all_but(all) : all;
}

}  // namespace

fake_expression_program compile(const std::string& expression) {
  if (!is_utf8(expression)) throw invalid("invalid UTF-8");
  const auto runes = runes_of(expression);
  return parser(runes).parse();
}

}  // namespace serf::testing
