#pragma once

#include <cstdint>
#include <future>
#include <iosfwd>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <serf/export.hpp>
#include <serf/member.hpp>

namespace serf {

enum class member_event_kind { join, leave, failed, update, reap };

// Members joined, left and so on; several at a time, and an update may list members that did not
// change.
struct SERF_EXPORT member_event {
  member_event_kind kind = member_event_kind::join;
  std::vector<member> members;

  friend SERF_EXPORT bool operator==(const member_event& a, const member_event& b);
  friend bool operator!=(const member_event& a, const member_event& b) { return !(a == b); }
};

// A user event. Name and payload are any bytes; ltime is not in order across coalesced events.
struct SERF_EXPORT user_event {
  std::string name;
  std::string payload;
  std::uint64_t ltime = 0;
  bool coalesce = false;

  friend SERF_EXPORT bool operator==(const user_event& a, const user_event& b);
  friend bool operator!=(const user_event& a, const user_event& b) { return !(a == b); }
};

class query_answer;  // the right to answer one query, inside the library

// A query that some node asked. Copies share the one right to respond.
struct SERF_EXPORT query_event {
  std::string name;
  std::string payload;
  std::uint64_t ltime = 0;

  // The agent's number of it: valid on the connection it came on, and meaningless elsewhere.
  std::uint64_t id() const noexcept { return id_; }

  // Answers it, from any thread, without blocking. The future carries the agent's verdict:
  // errc::response_too_large (a smaller answer may follow), already_responded, query_not_pending.
  // One that came on no connection, or on one that is gone, fails with errc::query_expired.
  std::future<void> respond(std::string response) const;

  friend SERF_EXPORT bool operator==(const query_event& a, const query_event& b);
  friend bool operator!=(const query_event& a, const query_event& b) { return !(a == b); }

 private:
  friend class query_answer;
  std::uint64_t id_ = 0;
  std::shared_ptr<query_answer> answer_;
};

// An event of a kind that this library does not know, by the agent's word for it.
struct SERF_EXPORT unknown_event {
  std::string kind;

  friend bool operator==(const unknown_event& a, const unknown_event& b) {
    return a.kind == b.kind;
  }
  friend bool operator!=(const unknown_event& a, const unknown_event& b) { return !(a == b); }
};

// Records are missing here. dropped: this client's queue was full; reconnected: nobody listened
// while the connection was rebuilt; agent_dropped: the agent dropped some; none tells so yet.
enum class gap_reason { dropped, reconnected, agent_dropped };

struct SERF_EXPORT gap {
  gap_reason reason = gap_reason::dropped;
  std::uint64_t count = 0;  // of records missing; 0: unknown

  friend bool operator==(const gap& a, const gap& b) {
    return a.reason == b.reason && a.count == b.count;
  }
  friend bool operator!=(const gap& a, const gap& b) { return !(a == b); }
};

using event = std::variant<member_event, user_event, query_event, unknown_event, gap>;

SERF_EXPORT std::string to_string(member_event_kind value);  // "member-join", as the agent names it
SERF_EXPORT std::string to_string(const member_event& value);
SERF_EXPORT std::string to_string(const user_event& value);
SERF_EXPORT std::string to_string(const query_event& value);
SERF_EXPORT std::string to_string(const unknown_event& value);
SERF_EXPORT std::string to_string(gap_reason value);
SERF_EXPORT std::string to_string(const gap& value);
SERF_EXPORT std::string to_string(const event& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, member_event_kind value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const member_event& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const user_event& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const query_event& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const unknown_event& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, gap_reason value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const gap& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const event& value);

}  // namespace serf
