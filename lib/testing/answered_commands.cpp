#include "testing/answered_commands.hpp"

#include <algorithm>
#include <cctype>
#include <exception>
#include <map>
#include <utility>

#include "testing/fake_commands.hpp"
#include "testing/fake_public_values.hpp"

namespace serf::testing {
namespace {

using wire_reply = std::optional<fake_reply>;

fake_reply refused(const std::string& command, const refusal& why) {
  if (why.report) return {why.text, to_value(*why.report)};
  return {why.text, body_with_error(command)};
}

fake_value body_of(const std::vector<member>& members) {
  std::vector<fake_member> list;
  for (const auto& one : members) list.push_back(to_fake(one));
  return fake_map{{"Members", to_list(list)}};
}
fake_value body_of(int joined) { return fake_map{{"Num", joined}}; }
fake_value body_of(const key_report& report) { return to_value(report); }
fake_value body_of(const agent_stats& stats) { return to_value(stats); }
fake_value body_of(const std::optional<coordinate>& found) {
  if (!found) return to_coordinate_reply(nullptr);
  const auto sent = to_fake(*found);
  return to_coordinate_reply(&sent);
}

struct call {
  agent_commands& commands;
  const std::string& command;
  const fake_body& body;

  std::string text(const std::string& field) const { return body.at(field).text(); }
  std::string key() const { return text("Key"); }
  bool flag(const std::string& field) const { return body.at(field).flag(); }

  template <class T>
  wire_reply encoded(const agent_reply<T>& reply) const {
    if (const auto* why = reply.refused()) return refused(command, *why);
    if (!reply.value()) return std::nullopt;
    if constexpr (std::is_same_v<T, accepted>) {
      return fake_reply{};
    } else {
      return fake_reply{{}, body_of(*reply.value())};
    }
  }
};

wire_reply members(const call& c) {
  sent_members filter;
  if (c.command == "members-filtered") {
    filter = {c.text("Name"), c.text("Status"), to_tags(c.body.at("Tags"))};
  }
  return c.encoded(c.commands.members(filter));
}

wire_reply query(const call& c) {
  sent_query query{c.text("Name"), c.body.at("Payload").bytes()};
  query.nodes = to_texts(c.body.at("FilterNodes"));
  query.tags = to_tags(c.body.at("FilterTags"));
  query.request_ack = c.flag("RequestAck");
  query.relay_factor = static_cast<int>(c.body.at("RelayFactor").number());
  query.timeout = std::chrono::nanoseconds(c.body.at("Timeout").integer());
  return c.encoded(c.commands.query(query));
}

wire_reply monitor(const call& c) {
  auto level = c.text("LogLevel");
  std::transform(level.begin(), level.end(), level.begin(),
                 [](unsigned char one) { return static_cast<char>(std::toupper(one)); });
  return c.encoded(c.commands.monitor(level));
}

wire_reply tags(const call& c) {
  return c.encoded(
      c.commands.tags({to_tags(c.body.at("Tags")), to_texts(c.body.at("DeleteTags"))}));
}

wire_reply event(const call& c) {
  return c.encoded(
      c.commands.event({c.text("Name"), c.body.at("Payload").bytes(), c.flag("Coalesce")}));
}

wire_reply handshake(const call& c) {
  return c.encoded(c.commands.handshake(static_cast<int>(c.body.at("Version").integer())));
}

using handler = wire_reply (*)(const call&);

const std::map<std::string, handler>& handlers() {
  static const std::map<std::string, handler> all{
      {"handshake", handshake},
      {"auth", [](const call& c) { return c.encoded(c.commands.auth(c.text("AuthKey"))); }},
      {"members", members},
      {"members-filtered", members},
      {"join",
       [](const call& c) {
         return c.encoded(c.commands.join({to_texts(c.body.at("Existing")), c.flag("Replay")}));
       }},
      {"leave", [](const call& c) { return c.encoded(c.commands.leave()); }},
      {"force-leave",
       [](const call& c) {
         return c.encoded(c.commands.force_leave({c.text("Node"), c.flag("Prune")}));
       }},
      {"tags", tags},
      {"event", event},
      {"install-key", [](const call& c) { return c.encoded(c.commands.install_key(c.key())); }},
      {"use-key", [](const call& c) { return c.encoded(c.commands.use_key(c.key())); }},
      {"remove-key", [](const call& c) { return c.encoded(c.commands.remove_key(c.key())); }},
      {"list-keys", [](const call& c) { return c.encoded(c.commands.list_keys()); }},
      {"stats", [](const call& c) { return c.encoded(c.commands.stats()); }},
      {"get-coordinate",
       [](const call& c) { return c.encoded(c.commands.get_coordinate(c.text("Node"))); }},
      {"stream", [](const call& c) { return c.encoded(c.commands.stream(c.text("Type"))); }},
      {"monitor", monitor},
      {"stop",
       [](const call& c) { return c.encoded(c.commands.stop(c.body.at("Stop").number())); }},
      {"query", query},
      {"respond",
       [](const call& c) {
         return c.encoded(
             c.commands.respond({c.body.at("ID").number(), c.body.at("Payload").bytes()}));
       }},
  };
  return all;
}

}  // namespace

std::optional<fake_reply> answered_by(agent_commands& commands, const fake_header& header,
                                      const fake_body& body) {
  try {
    return handlers().at(header.command)({commands, header.command, body});
  } catch (const std::exception& error) {
    return refused(header.command, refusal(error.what()));
  } catch (...) {
    return refused(header.command, refusal("an exception of an unknown type"));
  }
}

}  // namespace serf::testing
