#include "testing/fake_events.hpp"

#include <algorithm>
#include <array>

namespace serf::testing {
namespace {

constexpr std::array<std::string_view, 5> levels{"TRACE", "DEBUG", "INFO", "WARN", "ERR"};

bool is_member_event(const std::string& kind) {
  return kind == "member-join" || kind == "member-leave" || kind == "member-failed" ||
         kind == "member-update" || kind == "member-reap";
}

}  // namespace

std::optional<fake_event_filter> fake_event_filter::parse(const std::string& text) {
  fake_event_filter result;
  result.text_ = text.empty() ? "*" : text;
  std::size_t start = 0;
  while (start <= result.text_.size()) {
    const auto comma = std::min(result.text_.find(',', start), result.text_.size());
    auto kind = result.text_.substr(start, comma - start);
    std::string name;
    for (const char* named : {"user:", "query:"}) {
      if (kind.rfind(named, 0) != 0) continue;
      const auto colon = kind.find(':');
      name = kind.substr(colon + 1);
      kind.resize(colon);
      break;
    }
    if (kind != "*" && kind != "user" && kind != "query" && !is_member_event(kind)) {
      return std::nullopt;
    }
    result.items_.emplace_back(kind, name);
    start = comma + 1;
  }
  return result;
}

bool fake_event_filter::takes(const std::string& kind, const std::string& name) const {
  return std::any_of(items_.begin(), items_.end(), [&](const auto& item) {
    return item.first == "*" ||
           (item.first == kind && (item.second.empty() || item.second == name));
  });
}

std::optional<int> log_level_of(std::string_view name) {
  const auto* const found = std::find(levels.begin(), levels.end(), name);
  if (found == levels.end()) return std::nullopt;
  return static_cast<int>(found - levels.begin());
}

bool passes_level(const std::string& line, int level) {
  const auto open = line.find('[');
  const auto close = line.find(']', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return true;
  const auto of_line = log_level_of(std::string_view(line).substr(open + 1, close - open - 1));
  return !of_line || *of_line >= level;
}

fake_value to_record(const fake_user_event& event) {
  return fake_map{{"Coalesce", event.coalesce},
                  {"Event", "user"},
                  {"LTime", event.ltime},
                  {"Name", event.name},
                  {"Payload", fake_value::payload(event.payload)}};
}

fake_value member_record(const std::string& kind, const std::vector<fake_member>& members) {
  return fake_map{{"Event", kind}, {"Members", to_list(members)}};
}

fake_value query_record(std::uint64_t id, std::uint64_t ltime, const std::string& name,
                        const std::string& payload) {
  return fake_map{{"Event", "query"},
                  {"ID", id},
                  {"LTime", ltime},
                  {"Name", name},
                  {"Payload", fake_value::payload(payload)}};
}

fake_value log_record(const std::string& line) { return fake_map{{"Log", line}}; }

fake_value query_reply_record(const std::string& type, const std::string& from,
                              const std::string& payload) {
  return fake_map{{"From", from}, {"Payload", fake_value::payload(payload)}, {"Type", type}};
}

}  // namespace serf::testing
