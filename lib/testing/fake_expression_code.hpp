// Code of an expression while it is read from left to right. What is complete of it is code with
// relative jumps, so that a repetition copies it; nothing here calls itself, however deep groups
// nest. Throws fake_expression::invalid where Go would, for a limit of its.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "testing/fake_expression_program.hpp"

namespace serf::testing {

class fake_expression_code {
 public:
  using kind = fake_instruction::kind;

  void add(kind does, std::size_t operand = 0);
  void add_set(const rune_ranges& ordered);
  void add_literal(char32_t rune, bool in_either_case);
  void repeat(int least, int most);  // what was added last; a `most` of -1 is without end

  void open_group(bool captures);
  void next_branch();
  void close_group();
  fake_expression_program finish();

 private:
  // Go limits how deep the tree of an expression is, in which a sequence in a sequence and a choice
  // in a choice are one, as are neighbouring literals, unless only one of them minds the case.
  enum class form { other, literal, literal_in_either_case, sequence, choice };
  struct piece {
    std::size_t begins = 0;  // its code, which goes to the end of all there is
    form is = form::other;
    int levels = 1;
    int repeats = 1;  // the product of those that nest
  };
  struct pieces {
    int count = 0;
    piece last;
    int levels = 1;
    int repeats = 1;

    void add(const piece& next, form together);
    piece as_one(form together) const;
  };
  struct group {
    std::size_t begins = 0;
    bool captures = false;
    // The branch that is being read; what was read last is still to be repeated, perhaps.
    std::size_t branch_begins = 0;
    pieces branch;
    std::optional<piece> last;
    // The branches before it, and the jumps behind them, to the group's end.
    pieces branches;
    std::vector<std::size_t> exits;
  };

  void emit(kind does, std::size_t operand = 0);
  void end_piece();
  void end_branch();
  piece end_group();

  std::vector<group> groups_{1};  // the first is the whole
  fake_expression_program program_;
  std::map<rune_ranges, std::size_t> indices_;
  std::size_t ranges_ = 0;
};

}  // namespace serf::testing
