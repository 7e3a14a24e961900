#pragma once

#include <iosfwd>
#include <map>
#include <optional>
#include <string>

#include <serf/export.hpp>
#include <serf/member.hpp>
#include <serf/pattern.hpp>

namespace serf {

// Which members to list: those that match all that is set. Empty: all of them.
class SERF_EXPORT member_filter {
 public:
  member_filter& name(pattern value) { return name_ = std::move(value), *this; }
  member_filter& status(pattern value) { return status_ = std::move(value), *this; }
  member_filter& status(member_status value) { return status(exact(to_string(value))); }
  // A member without the tag counts as one whose tag is "".
  member_filter& tag(std::string key, pattern value);

  const std::optional<pattern>& name() const noexcept { return name_; }
  const std::optional<pattern>& status() const noexcept { return status_; }
  const std::map<std::string, pattern>& tags() const noexcept { return tags_; }
  bool empty() const noexcept { return !name_ && !status_ && tags_.empty(); }

  friend SERF_EXPORT bool operator==(const member_filter& a, const member_filter& b);
  friend bool operator!=(const member_filter& a, const member_filter& b) { return !(a == b); }

 private:
  std::optional<pattern> name_, status_;
  std::map<std::string, pattern> tags_;
};

SERF_EXPORT std::string to_string(const member_filter& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const member_filter& value);

}  // namespace serf
