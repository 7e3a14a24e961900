// With sanitizers on, GCC takes members of std::regex for uninitialised; the place is in its
// headers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "testing/fake_expression.hpp"

#include <cstddef>
#include <regex>
#include <string_view>

namespace serf::testing {
namespace {

void reject_what_re2_lacks(const std::string& text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const char next = text[i + 1];
    if (text[i] == '\\') {
      if (next >= '1' && next <= '9') throw fake_expression::invalid("a back reference");
      ++i;
    } else if (text[i] == '(' && next == '?' && i + 2 < text.size() &&
               (text[i + 2] == '=' || text[i + 2] == '!')) {
      throw fake_expression::invalid("a look-ahead");
    }
  }
}

// The one group with flags that clients have a use for: whatever follows, newlines included.
std::string in_ecmascript(std::string text) {
  constexpr std::string_view re2 = "(?s:.*)";
  for (auto at = text.find(re2); at != std::string::npos; at = text.find(re2, at)) {
    text.replace(at, re2.size(), "[\\s\\S]*");
  }
  return text;
}

}  // namespace

struct fake_expression::compiled {
  std::regex expression;
};

fake_expression::fake_expression(const std::string& text) {
  reject_what_re2_lacks(text);
  try {
    compiled_ = std::make_unique<compiled>(
        compiled{std::regex(in_ecmascript(text), std::regex::ECMAScript)});
  } catch (const std::regex_error& error) {
    throw invalid(error.what());
  }
}

fake_expression::~fake_expression() = default;
fake_expression::fake_expression(fake_expression&&) noexcept = default;
fake_expression& fake_expression::operator=(fake_expression&&) noexcept = default;

bool fake_expression::matches(const std::string& text) const {
  return std::regex_search(text, compiled_->expression);
}

}  // namespace serf::testing
