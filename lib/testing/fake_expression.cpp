#include "testing/fake_expression.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "testing/fake_expression_program.hpp"

namespace serf::testing {
namespace {

using kind = fake_instruction::kind;

bool is_word(char32_t rune) {
  return (rune >= U'0' && rune <= U'9') || (rune >= U'A' && rune <= U'Z') || rune == U'_' ||
         (rune >= U'a' && rune <= U'z');
}

// Whether what stands at this place of the text, or before it, lets the machine go on.
bool holds(kind claim, const std::u32string& text, std::size_t at) {
  const bool first = at == 0;
  const bool last = at == text.size();
  const bool word_bounds = (!first && is_word(text[at - 1])) != (!last && is_word(text[at]));
  switch (claim) {
    case kind::text_begins:
      return first;
    case kind::text_ends:
      return last;
    case kind::line_begins:
      return first || text[at - 1] == U'\n';
    case kind::line_ends:
      return last || text[at] == U'\n';
    case kind::word_bounds:
      return word_bounds;
    default:
      return !word_bounds;
  }
}

bool takes(const fake_expression_program& program, const fake_instruction& instruction,
           char32_t rune) {
  switch (instruction.does) {
    case kind::rune:
      return rune == static_cast<char32_t>(instruction.operand);
    case kind::any_but_newline:
      return rune != U'\n';
    case kind::set:
      return contains(program.sets[static_cast<std::size_t>(instruction.operand)], rune);
    default:
      return true;
  }
}

}  // namespace

bool fake_expression_program::matches(const std::u32string& text) const {
  std::vector<std::size_t> seen_at(code.size(), 0);  // the last place of the text, from 1
  std::vector<std::size_t> here;                     // where the machine is
  std::vector<std::size_t> next;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    here.push_back(0);  // a match may begin at each place
    while (!here.empty()) {
      const auto place = here.back();
      here.pop_back();
      if (std::exchange(seen_at[place], at + 1) == at + 1) continue;
      const auto& instruction = code[place];
      const auto target = place + static_cast<std::size_t>(instruction.operand);
      switch (instruction.does) {
        case kind::match:
          return true;
        case kind::split:
          here.push_back(place + 1);
          here.push_back(target);
          break;
        case kind::jump:
          here.push_back(target);
          break;
        case kind::rune:
        case kind::any:
        case kind::any_but_newline:
        case kind::set:
          if (at < text.size() && takes(*this, instruction, text[at])) next.push_back(place + 1);
          break;
        default:
          if (holds(instruction.does, text, at)) here.push_back(place + 1);
      }
    }
    here.swap(next);
  }
  return false;
}

fake_expression::fake_expression(const std::string& text)
    : program_(std::make_unique<fake_expression_program>(compile(text))) {}

fake_expression::~fake_expression() = default;
fake_expression::fake_expression(fake_expression&&) noexcept = default;
fake_expression& fake_expression::operator=(fake_expression&&) noexcept = default;

bool fake_expression::matches(const std::string& text) const {
  return program_->matches(runes_of(text));
}

}  // namespace serf::testing
