#include <ostream>
#include <tuple>

#include <serf/addresses.hpp>
#include <serf/member.hpp>
#include <serf/member_filter.hpp>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

auto all_of(const member& m) {
  return std::tie(m.name, m.address, m.port, m.tags, m.status, m.protocol_min, m.protocol_max,
                  m.protocol_cur, m.delegate_min, m.delegate_max, m.delegate_cur);
}

const char* word_for(enum pattern::kind kind) {
  switch (kind) {
    case pattern::kind::exact:
      return "exact";
    case pattern::kind::prefix:
      return "prefix";
    case pattern::kind::regex:
      return "regex";
    case pattern::kind::as_agent:
      return "as_agent";
  }
  return "";
}

}  // namespace

std::string to_string(member_status status) {
  switch (status) {
    case member_status::none:
      return "none";
    case member_status::alive:
      return "alive";
    case member_status::leaving:
      return "leaving";
    case member_status::left:
      return "left";
    case member_status::failed:
      return "failed";
    case member_status::unknown:
      break;
  }
  return "unknown";
}

std::string member::endpoint() const {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
}

bool operator==(const member& a, const member& b) { return all_of(a) == all_of(b); }

std::string to_string(const member& value) {
  std::string text =
      printable(value.name) + "  " + printable(value.endpoint()) + "  " + to_string(value.status);
  if (!value.tags.empty()) text += "  " + to_string(value.tags);
  return text;
}

pattern exact(std::string text) { return {pattern::kind::exact, std::move(text)}; }
pattern prefix(std::string text) { return {pattern::kind::prefix, std::move(text)}; }
pattern regex(std::string expression) { return {pattern::kind::regex, std::move(expression)}; }
pattern as_agent(std::string expression) {
  return {pattern::kind::as_agent, std::move(expression)};
}

std::string to_string(const pattern& value) {
  return word_for(value.kind()) + ('(' + in_quotes(value.text()) + ')');
}

member_filter& member_filter::tag(std::string key, pattern value) {
  tags_.insert_or_assign(std::move(key), std::move(value));
  return *this;
}

bool operator==(const member_filter& a, const member_filter& b) {
  return a.name_ == b.name_ && a.status_ == b.status_ && a.tags_ == b.tags_;
}

std::string to_string(const member_filter& value) {
  std::string text;
  const auto add = [&](const std::string& what, const pattern& wanted) {
    text += (text.empty() ? "" : ", ") + what + " = " + to_string(wanted);
  };
  if (value.name()) add("name", *value.name());
  if (value.status()) add("status", *value.status());
  for (const auto& [key, wanted] : value.tags()) add("tag " + printable(key), wanted);
  return text.empty() ? "all members" : text;
}

std::string to_string(const addresses& value) {
  std::string text;
  for (const auto& each : value) text += (text.empty() ? "" : ", ") + printable(each);
  return text;
}

std::ostream& operator<<(std::ostream& out, member_status v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const member& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const pattern& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const member_filter& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const addresses& v) { return out << to_string(v); }

}  // namespace serf
