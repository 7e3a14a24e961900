// What an expression is compiled into: code for a machine that is in many places of it at once, so
// that a text is read once and in time proportional to the code's size, whatever the expression.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "testing/fake_runes.hpp"

namespace serf::testing {

struct fake_instruction {
  enum class kind : std::uint8_t {
    rune,  // takes the one that the operand is
    any,
    any_but_newline,
    set,    // takes one of the set with this index
    split,  // goes on behind it, and by the operand further, too
    jump,   // goes on by the operand further
    text_begins,
    text_ends,
    line_begins,
    line_ends,
    word_bounds,
    word_goes_on,
    match
  };

  kind does;
  std::int32_t operand = 0;  // distances count from the instruction itself
};

struct fake_expression_program {
  std::vector<fake_instruction> code;
  std::vector<rune_ranges> sets;

  bool matches(const std::u32string& text) const;  // anywhere in it
};

// Throws fake_expression::invalid.
fake_expression_program compile(const std::string& expression);

}  // namespace serf::testing
