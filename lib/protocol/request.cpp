#include "protocol/request.hpp"

#include <cstddef>
#include <limits>
#include <msgpack.hpp>
#include <stdexcept>

#include "protocol/expression.hpp"

namespace serf::protocol {
namespace {

// Where msgpack-c writes to.
class string_end {
 public:
  explicit string_end(std::string& out) : out_(out) {}
  void write(const char* data, std::size_t size) { out_.append(data, size); }

 private:
  std::string& out_;
};

std::uint32_t length(std::size_t size) {
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("serf: msgpack holds no text of 4 GiB");
  }
  return static_cast<std::uint32_t>(size);
}

class writer {
 public:
  explicit writer(std::string& out) : end_(out), packer_(end_) {}

  writer& map(std::size_t entries) { return packer_.pack_map(length(entries)), *this; }
  writer& array(std::size_t elements) { return packer_.pack_array(length(elements)), *this; }
  writer& text(std::string_view value) {
    packer_.pack_str(length(value.size()));
    packer_.pack_str_body(value.data(), length(value.size()));
    return *this;
  }
  writer& payload(std::string_view value) {
    if (value.empty()) return packer_.pack_nil(), *this;
    packer_.pack_bin(length(value.size()));
    packer_.pack_bin_body(value.data(), length(value.size()));
    return *this;
  }
  writer& flag(bool value) { return value ? packer_.pack_true() : packer_.pack_false(), *this; }
  writer& number(std::uint64_t value) { return packer_.pack_uint64(value), *this; }
  writer& signed_number(std::int64_t value) { return packer_.pack_int64(value), *this; }

 private:
  string_end end_;
  msgpack::packer<string_end> packer_;
};

template <class Fill>
request with_body(command which, Fill fill) {
  request made{which, {}};
  writer body(made.body);
  fill(body);
  return made;
}

request with_text(command which, std::string_view key, std::string_view value) {
  return with_body(which, [&](writer& body) { body.map(1).text(key).text(value); });
}

template <class Render>
void write_patterns(writer& body, const std::map<std::string, pattern>& patterns, Render render) {
  body.map(patterns.size());
  for (const auto& [key, wanted] : patterns) body.text(key).text(render(wanted));
}

template <class Range>
void write_list(writer& body, const Range& texts) {
  body.array(texts.size());
  for (const std::string& each : texts) body.text(each);
}

std::string expression_or_none(const std::optional<pattern>& wanted) {
  return wanted ? members_expression(*wanted) : std::string();
}

}  // namespace

request handshake() {
  return with_body(command::handshake, [](writer& body) { body.map(1).text("Version").number(1); });
}

request auth(std::string_view key) { return with_text(command::auth, "AuthKey", key); }

request event(const user_event_request& event) {
  return with_body(command::event, [&](writer& body) {
    body.map(3);
    body.text("Name").text(event.name());
    body.text("Payload").payload(event.payload());
    body.text("Coalesce").flag(event.coalesce());
  });
}

request force_leave(std::string_view node, bool prune) {
  return with_body(command::force_leave, [&](writer& body) {
    body.map(2).text("Node").text(node).text("Prune").flag(prune);
  });
}

request join(const addresses& existing, bool replay) {
  return with_body(command::join, [&](writer& body) {
    body.map(2).text("Existing");
    write_list(body, existing);
    body.text("Replay").flag(replay);
  });
}

request members(const member_filter& filter) {
  // With a body, the agent would take it for the header of another request.
  if (filter.empty()) return {command::members, {}};
  return with_body(command::members_filtered, [&](writer& body) {
    body.map(3).text("Tags");
    write_patterns(body, filter.tags(), members_expression);
    body.text("Status").text(expression_or_none(filter.status()));
    body.text("Name").text(expression_or_none(filter.name()));
  });
}

request tags(const tag_changes& changes) {
  return with_body(command::tags, [&](writer& body) {
    body.map(2).text("Tags").map(changes.set().size());
    for (const auto& [key, value] : changes.set()) body.text(key).text(value);
    body.text("DeleteTags");
    write_list(body, changes.removed());
  });
}

request stream(std::string_view type) { return with_text(command::stream, "Type", type); }

request monitor(log_level level) {
  return with_text(command::monitor, "LogLevel", to_string(level));
}

request stop(std::uint64_t seq) {
  return with_body(command::stop, [&](writer& body) { body.map(1).text("Stop").number(seq); });
}

request leave() { return {command::leave, {}}; }

request query(const query_request& query) {
  return with_body(command::query, [&](writer& body) {
    body.map(7).text("FilterNodes");
    write_list(body, query.nodes());
    body.text("FilterTags");
    write_patterns(body, query.tags(), query_expression);
    body.text("RequestAck").flag(query.request_ack());
    body.text("RelayFactor").signed_number(query.relay_factor());
    body.text("Timeout").signed_number(query.timeout().count());
    body.text("Name").text(query.name());
    body.text("Payload").payload(query.payload());
  });
}

request respond(std::uint64_t id, std::string_view payload) {
  return with_body(command::respond, [&](writer& body) {
    body.map(2).text("ID").number(id).text("Payload").payload(payload);
  });
}

request install_key(std::string_view key) { return with_text(command::install_key, "Key", key); }
request use_key(std::string_view key) { return with_text(command::use_key, "Key", key); }
request remove_key(std::string_view key) { return with_text(command::remove_key, "Key", key); }
request list_keys() { return {command::list_keys, {}}; }
request stats() { return {command::stats, {}}; }

request get_coordinate(std::string_view node) {
  return with_text(command::get_coordinate, "Node", node);
}

void append(const request& what, std::uint64_t seq, std::string& out) {
  const std::size_t before = out.size();
  try {
    writer(out).map(2).text("Command").text(name(what.command)).text("Seq").number(seq);
    out += what.body;
  } catch (...) {
    out.resize(before);  // the agent would take what comes next for the missing part
    throw;
  }
}

}  // namespace serf::protocol
