#include "testing/fake_commands.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "testing/fake_sizes.hpp"

namespace serf::testing {
namespace {

fake_reply handshake(fake_connection& connection, const fake_body& body) {
  if (body.at("Version") != fake_value(1)) return {"Unsupported IPC version"};
  if (connection.greeted) return {"Handshake already performed"};
  connection.greeted = true;
  return {};
}

fake_reply auth(const fake_state& state, fake_connection& connection, const fake_body& body) {
  // A wrong key does not take back what a right one gave.
  if (body.at("AuthKey").text() != state.auth_key) return {"Invalid authentication token"};
  connection.authenticated = true;
  return {};
}

fake_reply event(fake_state& state, const fake_body& body) {
  const auto limit = state.user_event_limit;
  const auto limit_text = " exceeds configured limit of " + std::to_string(limit) + " bytes ";
  fake_user_event sent{body.at("Name").text(), body.at("Payload").bytes(),
                       body.at("Coalesce").flag()};
  if (sent.name.size() + sent.payload.size() > limit) {
    return {"user event" + limit_text + "before encoding"};
  }
  if (encoded_event_size(sent.name, sent.payload) > limit) {
    return {"encoded user event" + limit_text + "after encoding"};
  }
  state.deliver_user_event(sent);
  return {};
}

fake_reply force_leave(fake_state& state, const fake_body& body) {
  const auto change = state.cluster.force_leave(body.at("Node").text(), body.at("Prune").flag());
  if (change) state.tell(*change);
  return {};
}

fake_reply join(fake_state& state, const fake_body& body) {
  const auto joined = state.joins.join(body.at("Existing"), state.cluster);
  for (const auto& change : joined.changes) state.tell(change);
  return {joined.error, fake_map{{"Num", joined.reached}}};
}

fake_reply members(const std::vector<fake_member>& list) {
  return {{}, fake_map{{"Members", to_list(list)}}};
}

fake_reply members_filtered(const fake_state& state, const fake_body& body) {
  const auto list = state.cluster.filtered(body);
  if (list) return members(*list);
  fake_reply none;
  none.hang_up = true;
  return none;
}

fake_reply tags(fake_state& state, const fake_body& body) {
  const auto error = state.cluster.change_tags(body.at("Tags"), body.at("DeleteTags"));
  if (error) return {*error};
  state.tell({"member-update", state.cluster.self()});
  return {};
}

fake_reply leave(fake_state& state, fake_connection& connection) {
  fake_reply reply;
  if (state.left_at) {  // it ends at once, and who was first gets no answer
    reply.error = "Leave already in progress";
    reply.then = [&state] { state.shut_down(after_the_reply); };
    return reply;
  }
  state.tell(state.cluster.leave());
  if (state.leave_time.count() > 0) {
    state.begin_to_leave(connection);
    reply.later = true;
  } else {
    reply.then = [&state] { state.shut_down(after_the_reply); };
  }
  return reply;
}

fake_reply stats(const fake_state& state) {
  return {{}, state.cluster.stats(state.keyring.encrypted(), state.event_time, state.query_time)};
}

fake_reply get_coordinate(const fake_state& state, const fake_body& body) {
  const auto* node = state.cluster.find(body.at("Node").text());
  const bool known = node && node->has_coordinate;
  return {{}, to_coordinate_reply(known ? &node->coordinate : nullptr)};
}

}  // namespace

fake_reply run_command(fake_state& state, fake_connection& connection, const fake_header& header,
                       const fake_body& body) {
  struct call {
    fake_state& state;
    fake_connection& connection;
    const fake_header& header;
    const fake_body& body;

    std::string key() const { return body.at("Key").text(); }
    std::vector<std::string> nodes() const { return state.cluster.names_alive(); }
  };
  using handler = fake_reply (*)(const call&);
  static const std::map<std::string, handler> commands{
      {"handshake", [](const call& c) { return handshake(c.connection, c.body); }},
      {"auth", [](const call& c) { return auth(c.state, c.connection, c.body); }},
      {"event", [](const call& c) { return event(c.state, c.body); }},
      {"force-leave", [](const call& c) { return force_leave(c.state, c.body); }},
      {"join", [](const call& c) { return join(c.state, c.body); }},
      {"members", [](const call& c) { return members(c.state.cluster.members()); }},
      {"members-filtered", [](const call& c) { return members_filtered(c.state, c.body); }},
      {"tags", [](const call& c) { return tags(c.state, c.body); }},
      {"stream", [](const call& c) { return run_stream(c.connection, c.header, c.body); }},
      {"monitor",
       [](const call& c) { return run_monitor(c.state, c.connection, c.header, c.body); }},
      {"stop", [](const call& c) { return run_stop(c.connection, c.body); }},
      {"leave", [](const call& c) { return leave(c.state, c.connection); }},
      {"query", [](const call& c) { return run_query(c.state, c.connection, c.header, c.body); }},
      {"respond", [](const call& c) { return run_respond(c.state, c.connection, c.body); }},
      {"install-key", [](const call& c) { return c.state.keyring.install(c.key(), c.nodes()); }},
      {"use-key", [](const call& c) { return c.state.keyring.use(c.key(), c.nodes()); }},
      {"remove-key", [](const call& c) { return c.state.keyring.remove(c.key(), c.nodes()); }},
      {"list-keys", [](const call& c) { return c.state.keyring.list(c.nodes()); }},
      {"stats", [](const call& c) { return stats(c.state); }},
      {"get-coordinate", [](const call& c) { return get_coordinate(c.state, c.body); }},
  };
  return commands.at(header.command)({state, connection, header, body});
}

std::optional<fake_value> body_with_error(const std::string& command) {
  if (command == "join") return fake_map{{"Num", 0}};
  if (command == "install-key" || command == "use-key" || command == "remove-key" ||
      command == "list-keys") {
    return empty_key_report();
  }
  // Agents never fail these; a client that goes by the command still expects a body.
  if (command == "members" || command == "members-filtered") {
    return fake_map{{"Members", fake_list{}}};
  }
  if (command == "stats") return fake_map{};
  if (command == "get-coordinate") return to_coordinate_reply(nullptr);
  return std::nullopt;
}

}  // namespace serf::testing
