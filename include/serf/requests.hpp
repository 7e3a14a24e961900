#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <set>
#include <string>
#include <utility>

#include <serf/export.hpp>
#include <serf/tag_map.hpp>

namespace serf {

// A user event to send. Its payload is any bytes; how many fit is the agent's to say: name and
// payload, encoded, 512 bytes by default, and 9 KiB at most however it is configured.
class SERF_EXPORT user_event_request {
 public:
  user_event_request(std::string name, std::string payload = {})
      : name_(std::move(name)), payload_(std::move(payload)) {}
  user_event_request(const char* name) : name_(name) {}
  user_event_request(std::string name, std::nullptr_t) = delete;

  user_event_request& payload(std::string value) { return payload_ = std::move(value), *this; }
  // Whether agents may merge events of the same name that come close together. Default: true.
  user_event_request& coalesce(bool value) { return coalesce_ = value, *this; }

  const std::string& name() const noexcept { return name_; }
  const std::string& payload() const noexcept { return payload_; }
  bool coalesce() const noexcept { return coalesce_; }

  friend SERF_EXPORT bool operator==(const user_event_request& a, const user_event_request& b);
  friend bool operator!=(const user_event_request& a, const user_event_request& b) {
    return !(a == b);
  }

 private:
  std::string name_, payload_;
  bool coalesce_ = true;
};

class SERF_EXPORT join_options {
 public:
  // Whether user events of before the join are delivered here too. Default: false.
  join_options& replay(bool value) { return replay_ = value, *this; }
  bool replay() const noexcept { return replay_; }

 private:
  bool replay_ = false;
};

class SERF_EXPORT force_leave_options {
 public:
  // Whether the node is forgotten at once, instead of listed as left. Default: false. Agents older
  // than 0.8.4 ignore it. Of a node that is alive it takes the agent 6 s, in which it answers no
  // other members or stats call either.
  force_leave_options& prune(bool value = true) { return prune_ = value, *this; }
  bool prune() const noexcept { return prune_; }

 private:
  bool prune_ = false;
};

// Which of the agent's tags to set and which to remove; the others stay. A tag cannot be both.
class SERF_EXPORT tag_changes {
 public:
  tag_changes& set(std::string key, std::string value) {
    return set_.set(std::move(key), std::move(value)), *this;
  }
  tag_changes& remove(std::string key) { return removed_.insert(std::move(key)), *this; }

  const tag_map& set() const noexcept { return set_; }
  const std::set<std::string>& removed() const noexcept { return removed_; }

  friend SERF_EXPORT bool operator==(const tag_changes& a, const tag_changes& b);
  friend bool operator!=(const tag_changes& a, const tag_changes& b) { return !(a == b); }

 private:
  tag_map set_;
  std::set<std::string> removed_;
};

SERF_EXPORT std::string to_string(const user_event_request& value);
SERF_EXPORT std::string to_string(const tag_changes& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const user_event_request& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const tag_changes& value);

}  // namespace serf
