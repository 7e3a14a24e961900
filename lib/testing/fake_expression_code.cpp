#include "testing/fake_expression_code.hpp"

#include <algorithm>
#include <utility>

#include "testing/fake_expression.hpp"

namespace serf::testing {
namespace {

using invalid = fake_expression::invalid;

// Go's limits.
constexpr int most_levels = 1000;
constexpr int most_repeats = 1000;
constexpr std::size_t most_code = (128U << 20U) / 40;
constexpr std::size_t most_ranges = (128U << 20U) / 8;

}  // namespace

void fake_expression_code::add(kind does, std::size_t operand) {
  end_piece();
  groups_.back().last = piece{program_.code.size()};
  emit(does, operand);
}

void fake_expression_code::add_set(const rune_ranges& ordered) {
  const auto [at, is_new] = indices_.emplace(ordered, program_.sets.size());
  if (is_new) {
    program_.sets.push_back(ordered);
    ranges_ += ordered.size();
    if (ranges_ > most_ranges) throw invalid("expression too large");
  }
  add(kind::set, at->second);
}

void fake_expression_code::add_literal(char32_t rune, bool in_either_case) {
  const auto both = in_either_case ? serf::testing::in_either_case({{rune, rune}}) : rune_ranges();
  if (both.size() > 1) {
    add_set(both);
  } else {
    add(kind::rune, rune);
  }
  groups_.back().last->is = in_either_case ? form::literal_in_either_case : form::literal;
}

void fake_expression_code::repeat(int least, int most) {
  auto& last = groups_.back().last;
  if (!last) throw invalid("missing argument to repetition operator");
  if (++last->levels > most_levels) throw invalid("expression nests too deeply");
  last->is = form::other;
  if (most == 0) {
    last->repeats = 1;
  } else {
    last->repeats *= std::max(most < 0 ? least : most, 1);
    if (std::max(least, most) > 1 && last->repeats > most_repeats) {
      throw invalid("invalid repeat count");
    }
  }

  auto& code = program_.code;
  const auto begins = code.begin() + static_cast<std::ptrdiff_t>(last->begins);
  const std::vector<fake_instruction> body(begins, code.end());
  const auto size = body.size();
  if (last->begins + static_cast<std::size_t>(std::max(least, most) + 1) * (size + 1) > most_code) {
    throw invalid("expression too large");
  }
  code.erase(begins, code.end());
  const auto append = [&] { code.insert(code.end(), body.begin(), body.end()); };
  for (int i = 0; i < least; ++i) append();
  if (most < 0 && least == 0) {
    emit(kind::split, size + 2);
    append();
    emit(kind::jump, 0 - size - 1);
  } else if (most < 0) {
    emit(kind::split, 0 - size);
  }
  for (int left = most - least; left > 0; --left) {
    emit(kind::split, static_cast<std::size_t>(left) * (size + 1));
    append();
  }
}

void fake_expression_code::open_group(bool captures) {
  end_piece();
  group inner;
  inner.begins = inner.branch_begins = program_.code.size();
  inner.captures = captures;
  groups_.push_back(std::move(inner));
}

void fake_expression_code::next_branch() {
  end_branch();
  auto& current = groups_.back();
  auto& code = program_.code;
  const auto begins = static_cast<std::ptrdiff_t>(current.branch_begins);
  const auto size = code.size() - current.branch_begins;
  emit(kind::jump);
  code.insert(code.begin() + begins, {kind::split, static_cast<std::int32_t>(size + 2)});
  current.exits.push_back(code.size() - 1);
  current.branch_begins = code.size();
}

void fake_expression_code::close_group() {
  if (groups_.size() == 1) throw invalid("unexpected )");
  const auto whole = end_group();
  groups_.pop_back();
  groups_.back().last = whole;
}

fake_expression_program fake_expression_code::finish() {
  if (groups_.size() > 1) throw invalid("missing closing )");
  end_group();
  emit(kind::match);
  return std::move(program_);
}

void fake_expression_code::emit(kind does, std::size_t operand) {
  if (program_.code.size() >= most_code) throw invalid("expression too large");
  program_.code.push_back({does, static_cast<std::int32_t>(operand)});
}

void fake_expression_code::end_piece() {
  auto& current = groups_.back();
  if (current.last) current.branch.add(*current.last, form::sequence);
  current.last.reset();
}

void fake_expression_code::end_branch() {
  end_piece();
  auto& current = groups_.back();
  current.branches.add(current.branch.as_one(form::sequence), form::choice);
  current.branch = {};
}

fake_expression_code::piece fake_expression_code::end_group() {
  end_branch();
  const auto& current = groups_.back();
  for (const auto exit : current.exits) {
    program_.code[exit].operand = static_cast<std::int32_t>(program_.code.size() - exit);
  }
  auto whole = current.branches.as_one(form::choice);
  whole.begins = current.begins;
  if (current.captures) {
    whole.is = form::other;
    ++whole.levels;
  }
  if (whole.levels > most_levels) throw invalid("expression nests too deeply");
  return whole;
}

void fake_expression_code::pieces::add(const piece& next, form together) {
  const bool literal = next.is == form::literal || next.is == form::literal_in_either_case;
  if (!literal || together != form::sequence || count == 0 || next.is != last.is) ++count;
  last = next;
  levels = std::max(levels, next.levels - (next.is == together ? 1 : 0));
  repeats = std::max(repeats, next.repeats);
}

fake_expression_code::piece fake_expression_code::pieces::as_one(form together) const {
  return count < 2 ? last : piece{0, together, levels + 1, repeats};
}

}  // namespace serf::testing
