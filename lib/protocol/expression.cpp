#include "protocol/expression.hpp"

#include <cstddef>
#include <string_view>

#include "vocabulary/printable.hpp"

namespace serf::protocol {
namespace {

void append_literal(std::string& out, std::string_view text) {
  // Only ASCII is special; whatever else there is, NUL and newlines included, stands for itself.
  constexpr std::string_view special = R"(\.+*?()|[]{}^$)";
  for (const char each : text) {
    if (special.find(each) != std::string_view::npos) out += '\\';
    out += each;
  }
}

// Whether a \Q is still open at the end of the expression: it would swallow what is put behind it.
bool ends_inside_quote(std::string_view expression) {
  for (std::size_t at = expression.find('\\'); at != std::string_view::npos;
       at = expression.find('\\', at)) {
    if (expression.substr(at, 2) == "\\Q") {
      at = expression.find("\\E", at + 2);
      if (at == std::string_view::npos) return true;
    }
    at += 2;
  }
  return false;
}

// From behind a [ to behind the ] that ends the class. A ] that comes first stands for itself, and
// so does a [ that begins no name, as in [[:alpha:]].
std::size_t end_of_class(std::string_view expression, std::size_t at) {
  if (expression.substr(at, 1) == "^") ++at;
  if (expression.substr(at, 1) == "]") ++at;
  while (at < expression.size() && expression[at] != ']') {
    if (expression.substr(at, 2) == "[:") {
      const std::size_t end = expression.find(":]", at + 2);
      at = end == std::string_view::npos ? at + 1 : end + 2;
    } else {
      at += expression[at] == '\\' ? 2 : 1;
    }
  }
  return at + 1;
}

// Whether it ends a group that it has not begun. It would end the one that is put around it, and
// what is behind would be matched by itself: a)|(b is an expression only in a group.
bool ends_foreign_group(std::string_view expression) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < expression.size();) {
    const char next = expression[at];
    if (next == '\\') {
      const bool quotes = expression.substr(at, 2) == "\\Q";
      const std::size_t end = quotes ? expression.find("\\E", at + 2) : at;
      if (end == std::string_view::npos) return false;
      at = end + 2;
      continue;
    }
    if (next == ')' && depth == 0) return true;
    depth = next == '(' ? depth + 1 : next == ')' ? depth - 1 : depth;
    at = next == '[' ? end_of_class(expression, at + 1) : at + 1;
  }
  return false;
}

// One group, so that neither alternatives nor flags reach beyond it, and never empty: to the agent
// an empty expression means that there is no filter.
std::string group(const pattern& wanted) {
  std::string out = "(?:";
  switch (wanted.kind()) {
    case pattern::kind::exact:
      append_literal(out, wanted.text());
      break;
    case pattern::kind::prefix:
      append_literal(out, wanted.text());
      out += "(?s:.*)";  // names may hold newlines
      break;
    case pattern::kind::regex:
    case pattern::kind::as_agent:
      out += wanted.text();
      if (ends_inside_quote(wanted.text())) out += "\\E";
      break;
  }
  return out += ')';
}

}  // namespace

std::string members_expression(const pattern& wanted) {
  return wanted.kind() == pattern::kind::as_agent ? wanted.text() : group(wanted);
}

std::string query_expression(const pattern& wanted) {
  return wanted.kind() == pattern::kind::as_agent ? wanted.text() : '^' + group(wanted) + '$';
}

std::optional<std::string> expression_flaw(const pattern& wanted) {
  std::string_view rest = wanted.text();
  while (!rest.empty()) {
    const std::size_t length = utf8_length(rest);
    if (length == 0) return to_string(wanted) + " is not UTF-8";
    rest.remove_prefix(length);
  }
  if (wanted.kind() == pattern::kind::regex && ends_foreign_group(wanted.text())) {
    return to_string(wanted) + " ends a group that it does not begin";
  }
  return std::nullopt;
}

}  // namespace serf::protocol
