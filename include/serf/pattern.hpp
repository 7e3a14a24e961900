#pragma once

#include <iosfwd>
#include <string>

#include <serf/export.hpp>

namespace serf {

// What a name, a status or a tag must match as a whole. The same pattern means the same in a member
// filter and in a query's tag filter, although the agent anchors the two differently. A plain
// string does not convert: say which of the four is meant.
class SERF_EXPORT pattern {
 public:
  enum class kind { exact, prefix, regex, as_agent };

  pattern::kind kind() const noexcept { return kind_; }
  const std::string& text() const noexcept { return text_; }

  friend bool operator==(const pattern& a, const pattern& b) {
    return a.kind_ == b.kind_ && a.text_ == b.text_;
  }
  friend bool operator!=(const pattern& a, const pattern& b) { return !(a == b); }

 private:
  pattern(enum kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  friend SERF_EXPORT pattern exact(std::string text);
  friend SERF_EXPORT pattern prefix(std::string text);
  friend SERF_EXPORT pattern regex(std::string expression);
  friend SERF_EXPORT pattern as_agent(std::string expression);

  enum kind kind_;
  std::string text_;
};

SERF_EXPORT pattern exact(std::string text);           // this text, no character of it special
SERF_EXPORT pattern prefix(std::string text);          // starts with this text
SERF_EXPORT pattern regex(std::string expression);     // RE2 syntax, matched in full
SERF_EXPORT pattern as_agent(std::string expression);  // RE2 syntax, sent as it stands

SERF_EXPORT std::string to_string(const pattern& value);  // regex("w.*")
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const pattern& value);

}  // namespace serf
