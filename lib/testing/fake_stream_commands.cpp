#include <algorithm>
#include <cctype>
#include <chrono>

#include "testing/fake_commands.hpp"
#include "testing/fake_expression.hpp"
#include "testing/fake_sizes.hpp"

namespace serf::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

bool passes_filters(const fake_member& member, const fake_body& query) {
  const auto& nodes = query.at("FilterNodes").list();
  if (!nodes.empty() && std::find(nodes.begin(), nodes.end(), member.name) == nodes.end()) {
    return false;
  }
  for (const auto& [tag, expression] : query.at("FilterTags").map()) {
    const auto found = member.tags.find(tag.text());
    const std::string value = found == member.tags.end() ? "" : found->second;
    try {
      if (!fake_expression(expression.text()).matches(value)) return false;
    } catch (const fake_expression::invalid&) {
      return false;  // nodes log it and keep silent
    }
  }
  return true;
}

// Each node that lives acknowledges; this agent's streams see it when the filters let it.
// Nobody's answer is on time where the deadline was before the query.
void spread(fake_state& state, const std::shared_ptr<fake_query>& query, const fake_body& body,
            bool on_time) {
  state.add(query);
  for (const auto& member : state.cluster.members()) {
    if (!on_time || member.status != "alive" || !passes_filters(member, body)) continue;
    if (body.at("RequestAck").flag()) state.send_to_asker(*query, "ack", member.name, "");
    const auto answer = state.answers.find({member.name, query->name});
    if (answer == state.answers.end()) continue;
    if (member.name == state.cluster.self().name) query->answered = true;
    state.send_to_asker(*query, "response", member.name, answer->second);
  }
  // A ping is for the agents alone.
  if (query->name.rfind("_serf_", 0) != 0 && passes_filters(state.cluster.self(), body)) {
    state.deliver_query(query, body.at("Payload").bytes());
  }
}

}  // namespace

fake_time query_deadline(const fake_state& state, nanoseconds timeout) {
  // 0: gossip interval x 16 x digits of the cluster's size.
  if (timeout.count() == 0) {
    timeout = milliseconds(200) * 16 * std::to_string(state.cluster.members().size()).size();
  }
  // The clock counts nanoseconds too: a timeout near its end must not wrap around.
  constexpr nanoseconds longest = std::chrono::hours(24 * 365);
  return state.clock.now() + std::clamp(timeout, nanoseconds(0), longest);
}

fake_reply run_stream(fake_connection& connection, const fake_header& header,
                      const fake_body& body) {
  const auto filter = fake_event_filter::parse(body.at("Type").text());
  if (!filter) return {"Invalid event filter"};
  if (connection.streams.count(header.seq) != 0) return {"Stream with given sequence exists"};
  fake_reply reply;
  reply.then = [&connection, seq = header.seq, filter = *filter] {
    connection.streams.emplace(seq, filter);
  };
  return reply;
}

fake_reply run_monitor(fake_state& state, fake_connection& connection, const fake_header& header,
                       const fake_body& body) {
  auto name = body.at("LogLevel").text();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::toupper(c) : c); });
  const auto level = log_level_of(name);
  if (!level) return {"Unknown log level: " + name};
  if (connection.log_monitor) return {"Monitor already exists"};
  fake_reply reply;
  reply.then = [&state, &connection, seq = header.seq, level = *level, name] {
    connection.log_monitor = fake_connection::monitor{seq, level, name};
    for (const auto& line : state.log_backlog) {
      if (passes_level(line, level)) connection.send_counted(seq, log_record(line));
    }
  };
  return reply;
}

fake_reply run_stop(fake_connection& connection, const fake_body& body) {
  const auto seq = body.at("Stop").number();
  if (connection.log_monitor && connection.log_monitor->seq == seq) connection.log_monitor.reset();
  connection.streams.erase(seq);
  connection.unsent_records.erase(seq);
  return {};
}

fake_reply run_query(fake_state& state, fake_connection& connection, const fake_header& header,
                     const fake_body& body) {
  const auto name = body.at("Name").text();
  const bool is_ping = name == "_serf_ping" && body.at("Payload").size() == 0;
  if (name.rfind("_serf_", 0) == 0 && !is_ping) {
    return {"Queries cannot contain the '_serf_' prefix"};
  }
  if (encoded_query_size(body) > state.query_limit) {
    return {"query exceeds limit of " + std::to_string(state.query_limit) + " bytes"};
  }
  const auto query = std::make_shared<fake_query>();
  query->name = name;
  query->connection = connection.id;
  query->seq = header.seq;
  fake_reply reply;
  if (state.queries_by_hand) {
    reply.then = [&state, query] { state.add(query); };
    return reply;
  }
  const nanoseconds timeout(body.at("Timeout").integer());
  query->deadline = query_deadline(state, timeout);
  reply.then = [&state, query, body, on_time = timeout.count() >= 0] {
    spread(state, query, body, on_time);
  };
  return reply;
}

fake_reply run_respond(fake_state& state, fake_connection& connection, const fake_body& body) {
  const auto found = connection.seen_queries.find(body.at("ID").number());
  if (found == connection.seen_queries.end()) {
    return {"No pending queries matching ID"};
  }
  auto& query = *found->second;
  const auto payload = body.at("Payload").bytes();
  const std::string failed = "failed to respond to key query: ";
  const auto& self = state.cluster.self().name;
  if (encoded_response_size(self, payload) > state.query_limit) {
    return {failed + "response exceeds limit of " + std::to_string(state.query_limit) + " bytes"};
  }
  if (query.answered) return {failed + "response already sent"};
  query.answered = true;
  state.send_to_asker(query, "response", self, payload);
  return {};
}

}  // namespace serf::testing
