#include <ostream>
#include <tuple>

#include <serf/error.hpp>
#include <serf/event.hpp>
#include <serf/query.hpp>
#include <serf/requests.hpp>

#include "vocabulary/printable.hpp"
#include "vocabulary/query_answer.hpp"

namespace serf {
namespace {

template <class List>
std::string listed(const List& list) {
  std::string text;
  for (const auto& each : list) text += (text.empty() ? "" : ", ") + to_string(each);
  return text;
}

std::string with_payload(const std::string& payload) {
  return payload.empty() ? "" : ": " + in_quotes(payload);
}

auto all_of(const query_request& q) {
  return std::make_tuple(q.name(), q.payload(), q.nodes(), q.tags(), q.timeout(), q.relay_factor(),
                         q.request_ack());
}

}  // namespace

std::future<void> query_event::respond(std::string response) const {
  if (answer_) return answer_->respond(std::move(response));
  failure why(errc::query_expired,
              "cannot answer the query " + in_quotes(name) + ": it came on no connection");
  why.command = "respond";
  std::promise<void> promise;
  promise.set_exception(to_exception(why));
  return promise.get_future();
}

bool operator==(const member_event& a, const member_event& b) {
  return a.kind == b.kind && a.members == b.members;
}
bool operator==(const user_event& a, const user_event& b) {
  return std::tie(a.name, a.payload, a.ltime, a.coalesce) ==
         std::tie(b.name, b.payload, b.ltime, b.coalesce);
}
bool operator==(const query_event& a, const query_event& b) {
  return std::tie(a.name, a.payload, a.ltime, a.id_, a.answer_) ==
         std::tie(b.name, b.payload, b.ltime, b.id_, b.answer_);
}
bool operator==(const query_result& a, const query_result& b) {
  return std::tie(a.acks, a.responses, a.ended) == std::tie(b.acks, b.responses, b.ended);
}
bool operator==(const query_request& a, const query_request& b) { return all_of(a) == all_of(b); }
bool operator==(const user_event_request& a, const user_event_request& b) {
  return std::tie(a.name_, a.payload_, a.coalesce_) == std::tie(b.name_, b.payload_, b.coalesce_);
}
bool operator==(const tag_changes& a, const tag_changes& b) {
  return std::tie(a.set_, a.removed_) == std::tie(b.set_, b.removed_);
}

query_request& query_request::tag(std::string key, pattern value) {
  tags_.insert_or_assign(std::move(key), std::move(value));
  return *this;
}

std::string to_string(member_event_kind value) {
  switch (value) {
    case member_event_kind::join:
      return "member-join";
    case member_event_kind::leave:
      return "member-leave";
    case member_event_kind::failed:
      return "member-failed";
    case member_event_kind::update:
      return "member-update";
    case member_event_kind::reap:
      return "member-reap";
  }
  return "";
}

std::string to_string(const member_event& value) {
  std::string text = to_string(value.kind);
  for (const member& each : value.members) text += " " + printable(each.name);
  return text;
}
std::string to_string(const user_event& value) {
  return "user " + in_quotes(value.name) + with_payload(value.payload);
}
std::string to_string(const query_event& value) {
  return "query " + in_quotes(value.name) + with_payload(value.payload);
}
std::string to_string(const unknown_event& value) { return in_quotes(value.kind); }

std::string to_string(gap_reason value) {
  switch (value) {
    case gap_reason::dropped:
      return "dropped here";
    case gap_reason::reconnected:
      return "missed while reconnecting";
    case gap_reason::agent_dropped:
      return "dropped by the agent";
  }
  return "";
}
std::string to_string(const gap& value) {
  return (value.count == 0 ? "some" : std::to_string(value.count)) + " records " +
         to_string(value.reason);
}
std::string to_string(const event& value) {
  return std::visit([](const auto& each) { return to_string(each); }, value);
}

std::string to_string(const query_request& value) {
  std::string text = "query " + in_quotes(value.name()) + with_payload(value.payload());
  for (const std::string& node : value.nodes()) text += ", node " + in_quotes(node);
  for (const auto& [key, wanted] : value.tags()) {
    text += ", tag " + printable(key) + " = " + to_string(wanted);
  }
  return text;
}
std::string to_string(const query_ack& value) { return "ack from " + printable(value.from); }
std::string to_string(const query_response& value) {
  return "response from " + printable(value.from) + with_payload(value.payload);
}
std::string to_string(query_end value) {
  switch (value) {
    case query_end::done:
      return "done";
    case query_end::deadline:
      return "deadline";
    case query_end::all_answered:
      return "all answered";
    case query_end::lost:
      return "lost";
  }
  return "";
}
std::string to_string(const query_result& value) {
  return to_string(value.ended) + "; " + listed(value.acks) +
         (value.acks.empty() || value.responses.empty() ? "" : ", ") + listed(value.responses);
}

std::string to_string(const user_event_request& value) {
  return "user event " + in_quotes(value.name()) + with_payload(value.payload());
}
std::string to_string(const tag_changes& value) {
  std::string text = value.set().empty() ? "" : "set " + to_string(value.set());
  for (const std::string& key : value.removed()) {
    text += (text.empty() ? "remove " : ", remove ") + printable(key);
  }
  return text;
}

// clang-format off
std::ostream& operator<<(std::ostream& out, member_event_kind v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const member_event& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const user_event& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const query_event& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const unknown_event& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, gap_reason v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const gap& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const event& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const query_request& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const query_ack& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const query_response& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, query_end v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const query_result& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const user_event_request& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const tag_changes& v) { return out << to_string(v); }
// clang-format on

}  // namespace serf
