// The text of an expression, taken piece by piece. Throws fake_expression::invalid where it ends
// too early.
#pragma once

#include <optional>
#include <string_view>

#include "testing/fake_expression.hpp"

namespace serf::testing {

class fake_expression_reader {
 public:
  explicit fake_expression_reader(std::u32string_view expression) : left_(expression) {}

  bool at_end() const { return left_.empty(); }
  bool next_is(std::u32string_view what) const { return left_.substr(0, what.size()) == what; }
  bool next_is_one_of(std::u32string_view runes) const {
    return !at_end() && runes.find(left_.front()) != std::u32string_view::npos;
  }
  // A minus that stands for a range, between two of a class.
  bool next_is_range() const { return left_.size() > 1 && left_[0] == U'-' && left_[1] != U']'; }
  bool is_ahead(std::u32string_view what) const {
    return left_.find(what) != std::u32string_view::npos;
  }

  char32_t take();
  bool take(std::u32string_view what);  // false, and nothing is taken, where it is not next
  std::u32string_view take_until(std::u32string_view end);

  std::u32string_view mark() const { return left_; }
  void back_to(std::u32string_view marked) { left_ = marked; }

  // {2}, {2,} and {2,3} behind the brace; none, and nothing is taken, where it is something else. A
  // `most` of -1 is without end; what is more than 1000 is 1001.
  struct counts {
    int least;
    int most;
  };
  std::optional<counts> take_counts();

  // Behind a backslash: what stands for one rune.
  char32_t take_escaped();

 private:
  std::optional<int> take_number();
  char32_t take_hexadecimal_digit();
  char32_t take_hexadecimal();

  std::u32string_view left_;
};

}  // namespace serf::testing
