#include <serf/testing/agent_commands.hpp>

namespace serf::testing {

agent_verdict agent_commands::handshake(int) { return {}; }
agent_verdict agent_commands::auth(const std::string&) { return {}; }
agent_reply<std::vector<member>> agent_commands::members(const sent_members&) { return {}; }
agent_reply<int> agent_commands::join(const sent_join&) { return {}; }
agent_verdict agent_commands::leave() { return {}; }
agent_verdict agent_commands::force_leave(const sent_force_leave&) { return {}; }
agent_verdict agent_commands::tags(const sent_tags&) { return {}; }
agent_verdict agent_commands::event(const sent_event&) { return {}; }
agent_reply<key_report> agent_commands::install_key(const std::string&) { return {}; }
agent_reply<key_report> agent_commands::use_key(const std::string&) { return {}; }
agent_reply<key_report> agent_commands::remove_key(const std::string&) { return {}; }
agent_reply<key_report> agent_commands::list_keys() { return {}; }
agent_reply<agent_stats> agent_commands::stats() { return {}; }
agent_reply<std::optional<coordinate>> agent_commands::get_coordinate(const std::string&) {
  return {};
}
agent_verdict agent_commands::stream(const std::string&) { return {}; }
agent_verdict agent_commands::monitor(const std::string&) { return {}; }
agent_verdict agent_commands::stop(std::uint64_t) { return {}; }
agent_verdict agent_commands::query(const sent_query&) { return {}; }
agent_verdict agent_commands::respond(const sent_respond&) { return {}; }

}  // namespace serf::testing
