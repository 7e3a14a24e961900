#include <ostream>
#include <tuple>

#include <serf/agent_stats.hpp>
#include <serf/key_report.hpp>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

auto all_of(const key_report& r) {
  return std::tie(r.keys, r.messages, r.nodes, r.responses, r.errors);
}

}  // namespace

bool operator==(const key_report& a, const key_report& b) { return all_of(a) == all_of(b); }

// Everything else in it is read from the sections.
bool operator==(const agent_stats& a, const agent_stats& b) { return a.sections == b.sections; }

std::string to_string(const key_report& value) {
  std::string text = std::to_string(value.responses) + "/" + std::to_string(value.nodes) +
                     " nodes answered, " + std::to_string(value.errors) + " refused";
  if (!value.keys.empty()) text += ", " + std::to_string(value.keys.size()) + " keys";
  for (const auto& [node, message] : value.messages) {
    text += "; " + printable(node) + ": " + printable_line(message);
  }
  return text;
}

std::string to_string(const agent_stats& value) {
  std::string text;
  for (const auto& [section, entries] : value.sections) {
    text += printable(section) + ":\n";
    for (const auto& [key, entry] : entries) {
      text += '\t' + printable(key) + " = " + printable(entry) + '\n';
    }
  }
  return text;
}

std::ostream& operator<<(std::ostream& out, const key_report& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const agent_stats& v) { return out << to_string(v); }

}  // namespace serf
