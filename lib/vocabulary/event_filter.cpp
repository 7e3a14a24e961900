#include <serf/event_filter.hpp>

#include <algorithm>
#include <ostream>
#include <string_view>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

constexpr std::string_view kinds[] = {
    "*",           "user", "query", "member-join", "member-leave", "member-failed", "member-update",
    "member-reap",
};

bool is_known(std::string_view item) {
  if (item.substr(0, 5) == "user:" || item.substr(0, 6) == "query:") return true;
  return std::find(std::begin(kinds), std::end(kinds), item) != std::end(kinds);
}

template <class List>
std::string joined(const List& list) {
  std::string text;
  for (const auto& each : list) {
    if (!text.empty()) text += ',';
    text += each;
  }
  return text;
}

}  // namespace

event_filter::event_filter(std::initializer_list<const char*> list) : text_(joined(list)) {}
event_filter::event_filter(std::initializer_list<std::string> list) : text_(joined(list)) {}
event_filter::event_filter(const std::vector<std::string>& list) : text_(joined(list)) {}

result<void> event_filter::check() const {
  if (text_.empty()) {
    return failure(errc::invalid_argument, "event filter: no kind of event; all of them are \"*\"");
  }
  std::string_view rest = text_;
  for (;;) {
    const auto comma = rest.find(',');
    const auto item = rest.substr(0, comma);
    if (!is_known(item)) {
      return failure(errc::invalid_argument, "event filter " + in_quotes(text_) + ": " +
                                                 in_quotes(item) + " is no kind of event");
    }
    if (comma == std::string_view::npos) return {};
    rest.remove_prefix(comma + 1);
  }
}

std::string to_string(const event_filter& value) { return printable(value.text()); }
std::ostream& operator<<(std::ostream& out, const event_filter& v) { return out << to_string(v); }

}  // namespace serf
