#pragma once

#include <initializer_list>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <serf/export.hpp>
#include <serf/result.hpp>

namespace serf {

// Which events to hear of, in the agent's own words: "*", "user", "user:NAME", "query",
// "query:NAME", "member-join", "member-leave", "member-failed", "member-update", "member-reap";
// several as a list, or in one text separated by commas. An event that several of them match comes
// once.
class SERF_EXPORT event_filter {
 public:
  event_filter() : event_filter("*") {}
  template <class S, class = std::enable_if_t<std::is_convertible_v<S&&, std::string>>>
  event_filter(S&& text) : text_(std::forward<S>(text)) {}
  event_filter(std::initializer_list<const char*> list);
  event_filter(std::initializer_list<std::string> list);
  event_filter(const std::vector<std::string>& list);

  // As the agent reads it.
  const std::string& text() const noexcept { return text_; }

  // What no agent would accept, by name: an unknown kind, a blank around one, nothing between two
  // commas; and nothing at all, which an agent takes for everything.
  result<void> check() const;

  friend bool operator==(const event_filter& a, const event_filter& b) {
    return a.text_ == b.text_;
  }
  friend bool operator!=(const event_filter& a, const event_filter& b) { return !(a == b); }

 private:
  std::string text_;
};

SERF_EXPORT std::string to_string(const event_filter& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const event_filter& value);

}  // namespace serf
