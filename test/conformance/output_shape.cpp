#include "conformance/output_shape.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

namespace serf::testing {
namespace {

using lines = std::vector<std::string>;

bool holds(const std::string& line, const char* expression) {
  return std::regex_search(line, std::regex(expression));
}

std::string without_keys(std::string output) {
  static const std::regex key("[A-Za-z0-9+/]{43}=");
  std::set<std::string> keys;
  for (std::sregex_iterator each(output.begin(), output.end(), key), end; each != end; ++each) {
    keys.insert(each->str());
  }
  std::size_t number = 0;
  for (const auto& text : keys) {
    const auto name = ++number == 1 ? "KEY" : "KEY" + std::to_string(number);
    for (auto at = output.find(text); at != std::string::npos; at = output.find(text)) {
      output.replace(at, text.size(), name);
    }
  }
  return output;
}

// The fields of "dc=east,role=web" in the order of the alphabet.
std::string with_tags_in_order(const std::string& line) {
  static const std::regex list("[^ ,=]+=[^ ,]*(,[^ ,=]+=[^ ,]*)+");
  std::smatch found;
  if (!std::regex_search(line, found, list)) return line;
  std::istringstream text(found.str());
  lines tags;
  for (std::string tag; std::getline(text, tag, ',');) tags.push_back(tag);
  std::sort(tags.begin(), tags.end());
  std::string sorted;
  for (const auto& tag : tags) sorted += (sorted.empty() ? "" : ",") + tag;
  return found.prefix().str() + sorted + found.suffix().str();
}

std::string line_shape(std::string line) {
  static const std::vector<std::pair<std::regex, std::string>> replaced{
      {std::regex("[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"), "TIME"},
      {std::regex("[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+(:[0-9]+)?"), "ADDRESS"},
      {std::regex("(\"port\": )[0-9]+"), "$1N"},
      {std::regex("[0-9]+\\.[0-9]+ (ms|sec)"), "N $1"},
      {std::regex("((cpu_count|goroutines|max_procs|health_score|[a-z]+_time|[a-z]+_queue)(\": \"| "
                  "= ))[0-9]+"),
       "$1N"},
      {std::regex("(version(\": \"| = ))go[0-9.]+"), "$1N"},
      {std::regex("(arch(\": \"| = ))[a-z0-9]+"), "$1N"},
      {std::regex("Failed to join"), "failed to join"},
      {std::regex("(\\S) {2,}"), "$1  "},
      {std::regex(" +$"), ""},
  };
  for (const auto& [what, by] : replaced) line = std::regex_replace(line, what, by);
  return with_tags_in_order(line);
}

// Members as JSON are several lines each: made one of it, so that they can be put in order.
lines with_members_joined(const lines& all) {
  lines result;
  bool inside = false;
  for (const auto& line : all) {
    if (inside) {
      result.back() += "\n" + line;
    } else {
      result.push_back(line);
    }
    if (line == "    {") inside = true;
    if (line == "    }" || line == "    },") {
      inside = false;
      result.back() = result.back().substr(0, result.back().rfind('}') + 1);
    }
  }
  return result;
}

bool in_any_order(const std::string& line) {
  return holds(line, "^\\s*Ack from '|^Response from '|^failed:  |^KEY[0-9]*  \\[") ||
         holds(line, "^\\S+  ADDRESS  [a-z]+") || holds(line, "^    \\{\n") ||
         holds(line, "^    \"[^\"]+\",?$") || holds(line, "^    \"[^\"]+\": \"[^\"]*\",?$");
}

}  // namespace

std::string output_shape(const std::string& output) {
  std::istringstream text(without_keys(output));
  lines all;
  for (std::string line; std::getline(text, line);) all.push_back(line_shape(line));
  all = with_members_joined(all);

  for (auto first = all.begin(); first != all.end();) {
    const auto last = std::find_if_not(first, all.end(), in_any_order);
    // In a JSON list the comma stands behind all but the last, whichever that is.
    for (auto each = first; each != last; ++each) {
      if (each->back() == ',') each->pop_back();
    }
    std::sort(first, last);
    first = last == all.end() ? last : last + 1;
  }
  std::string result;
  for (const auto& line : all) result += line + "\n";
  return result;
}

std::string monitor_shape(const std::string& output) {
  static const std::regex log_line("TIME \\[(TRACE|DEBUG|INFO|WARN|ERR)\\] [a-z.]+: .*");
  static const std::regex clock("LTime: (0x)?[0-9a-f]+");
  std::istringstream text(output_shape(output));
  bool logged = false;
  std::string rest;
  for (std::string line; std::getline(text, line);) {
    if (std::regex_match(line, log_line)) {
      logged = true;
    } else if (line == "Event Info:") {
      std::multiset<std::string> fields;
      while (text.peek() == '\t' && std::getline(text, line)) {
        fields.insert(std::regex_replace(line, clock, "LTime: N"));
      }
      if (fields.count("\tEvent: \"user\"") == 0) continue;
      rest += "Event Info:\n";
      for (const auto& field : fields) rest += field + "\n";
    } else {
      rest += line + "\n";
    }
  }
  return (logged ? "LOG\n" : "") + rest;
}

}  // namespace serf::testing
