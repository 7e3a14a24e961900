#include "testing/fake_public_values.hpp"

#include <map>
#include <string>
#include <utility>

namespace serf::testing {

fake_member to_fake(const member& member) {
  fake_member result(member.name, {member.tags.begin(), member.tags.end()},
                     to_string(member.status));
  result.address = member.address;
  result.port = member.port;
  result.protocol_min = static_cast<unsigned>(member.protocol_min);
  result.protocol_max = static_cast<unsigned>(member.protocol_max);
  result.protocol_cur = static_cast<unsigned>(member.protocol_cur);
  result.delegate_min = static_cast<unsigned>(member.delegate_min);
  result.delegate_max = static_cast<unsigned>(member.delegate_max);
  result.delegate_cur = static_cast<unsigned>(member.delegate_cur);
  return result;
}

fake_coordinate to_fake(const coordinate& coordinate) {
  return {coordinate.vec, coordinate.error, coordinate.adjustment, coordinate.height};
}

fake_value to_value(const key_report& report) {
  fake_map keys;
  for (const auto& [key, nodes] : report.keys) keys.emplace_back(key, nodes);
  fake_map messages;
  for (const auto& [node, text] : report.messages) messages.emplace_back(node, text);
  return fake_map{{"Keys", keys},
                  {"Messages", messages},
                  {"NumErr", report.errors},
                  {"NumNodes", report.nodes},
                  {"NumResp", report.responses}};
}

fake_value to_value(const agent_stats& stats) {
  using section = std::map<std::string, std::string>;
  const auto text = [](auto number) { return std::to_string(number); };
  std::map<std::string, section> sections{
      {"agent", {{"name", stats.node_name}}},
      {"event_handlers", {}},
      {"runtime",
       {{"arch", stats.arch},
        {"cpu_count", text(stats.cpu_count)},
        {"goroutines", text(stats.goroutines)},
        {"max_procs", text(stats.max_procs)},
        {"os", stats.os},
        {"version", stats.go_version}}},
      {"serf",
       {{"coordinate_resets", text(stats.coordinate_resets)},
        {"encrypted", stats.encrypted ? "true" : "false"},
        {"event_queue", text(stats.event_queue)},
        {"event_time", text(stats.event_time)},
        {"failed", text(stats.failed)},
        {"health_score", text(stats.health_score)},
        {"intent_queue", text(stats.intent_queue)},
        {"left", text(stats.left)},
        {"member_time", text(stats.member_time)},
        {"members", text(stats.members)},
        {"query_queue", text(stats.query_queue)},
        {"query_time", text(stats.query_time)}}},
      {"tags", section(stats.tags.begin(), stats.tags.end())},
  };
  // What is said word for word counts.
  for (const auto& [name, entries] : stats.sections) {
    for (const auto& [key, value] : entries) sections[name][key] = value;
  }
  fake_map result;
  for (const auto& [name, entries] : sections) {
    fake_map values;
    for (const auto& [key, value] : entries) values.emplace_back(key, value);
    result.emplace_back(name, std::move(values));
  }
  return result;
}

tag_map to_tags(const fake_value& map) {
  tag_map result;
  for (const auto& [key, value] : map.map()) result.set(key.text(), value.text());
  return result;
}

std::vector<std::string> to_texts(const fake_value& list) {
  std::vector<std::string> result;
  for (const auto& item : list.list()) result.push_back(item.text());
  return result;
}

}  // namespace serf::testing
