#include "testing/fake_conversation.hpp"

#include <utility>

#include <serf/testing/fake_encoding.hpp>

#include "testing/fake_commands.hpp"

namespace serf::testing {
namespace {

using kind = fake_action::kind;

class conversation {
 public:
  conversation(fake_state& state, fake_connection& connection)
      : state_(state), connection_(connection), wire_(connection.wire) {}

  // Until bytes are missing or the connection does not go on.
  void go_on() {
    while (!connection_.held && !connection_.leaving && wire_.ending() == fake_end::none &&
           !wire_.ended() && !wire_.congested()) {
      const bool progress = connection_.between_header_and_body ? read_body() : read_header();
      if (!progress) return;
    }
  }

  void answer_held() {
    connection_.held = false;
    perform({});
    go_on();
  }

 private:
  bool read_header() {
    const auto bytes = wire_.unread();
    const auto sent = decode(bytes);
    if (sent.state == fake_decoding::incomplete) return false;
    if (sent.state == fake_decoding::malformed ||
        !serf::testing::read_header(sent.value, connection_.header)) {
      return hang_up();
    }
    fake_request request;
    request.connection = connection_.id;
    request.command = connection_.header.command;
    request.seq = connection_.header.seq;
    request.header_bytes = std::string(bytes.substr(0, sent.size));
    request.header = sent.value;
    request.misread = sent.value.is_map() && !(sent.value.has("Command") && sent.value.has("Seq"));
    wire_.consume(sent.size);
    connection_.request = std::move(request);
    return pass_gates();
  }

  bool pass_gates() {
    const auto& command = connection_.header.command;
    if (!connection_.greeted && command != "handshake") {
      refuse("Handshake required");
      return hang_up();
    }
    if (!state_.auth_key.empty() && !connection_.authenticated && command != "auth" &&
        command != "handshake") {
      refuse("Authentication required");  // the body, if any, is the next header
      return true;
    }
    if (!is_known_command(command)) {
      refuse("Unsupported command");
      return hang_up();
    }
    connection_.between_header_and_body = true;
    return true;
  }

  void refuse(const std::string& error) {
    state_.note(connection_.request);
    wire_.send(encode_header(connection_.header.seq, error));
  }

  bool read_body() {
    if (has_request_body(connection_.header.command)) {
      const auto bytes = wire_.unread();
      const auto sent = decode(bytes);
      if (sent.state == fake_decoding::incomplete) return false;
      connection_.request.body = sent.value;
      connection_.request.body_bytes = std::string(bytes.substr(0, sent.size));
      wire_.consume(sent.size);
      if (sent.state == fake_decoding::malformed ||
          !serf::testing::read_body(connection_.header.command, sent.value)) {
        state_.note(connection_.request);
        return hang_up();
      }
    }
    connection_.between_header_and_body = false;
    state_.note(connection_.request);
    perform(state_.script.next(connection_.header.command));
    return true;
  }

  bool hang_up(fake_end how = fake_end::close) {
    wire_.end_after_sending(how);
    return false;
  }

  void perform(const fake_action& action) {
    const auto& header = connection_.header;
    switch (action.what) {
      case kind::silent:
        return;
      case kind::hold:
        connection_.held = true;
        return;
      case kind::raw:
        wire_.send(action.text);
        return;
      case kind::header:
        wire_.send(encode_header(header.seq, action.text));
        return;
      case kind::body:
        wire_.send(encode_message(header.seq, "", action.body));
        return;
      case kind::close:
        hang_up();
        return;
      case kind::reset:
        hang_up(fake_end::reset);
        return;
      case kind::error: {
        const auto body = body_with_error(header.command);
        wire_.send(encode_header(header.seq, action.text) + (body ? encode(*body) : ""));
        return;
      }
      default:
        run(action);
    }
  }

  // The command itself, whatever happens to its reply.
  void run(const fake_action& action) {
    const auto header = connection_.header;
    fake_body body;
    if (has_request_body(header.command)) {
      body = *serf::testing::read_body(header.command, connection_.request.body);
    }
    const auto late = action.what == kind::late_records ? late_records(body, action.number) : "";
    auto replied = state_.commands ? state_.commands(header, body) : std::nullopt;
    if (!replied) replied = run_command(state_, connection_, header, body);
    const auto& reply = *replied;
    if (reply.hang_up) {
      hang_up();
      return;
    }
    if (reply.later) return;
    const auto seq = action.what == kind::other_seq ? action.number : header.seq;
    auto bytes = encode_header(seq, reply.error);
    if (reply.body) bytes += encode(*reply.body);
    if (action.what == kind::twice) bytes += bytes;
    if (action.what == kind::cut_short || action.what == kind::half) {
      const auto size = action.what == kind::half ? bytes.size() / 2 : action.number;
      wire_.send(std::string_view(bytes).substr(0, size));
      wire_.mute();
      if (action.then != cut::stop) {
        hang_up(action.then == cut::close ? fake_end::close : fake_end::reset);
      }
    } else {
      wire_.send(bytes);
    }
    wire_.send(late);
    if (reply.then) reply.then();
  }

  // Asked for before the stop takes effect: afterwards nobody knows what kind of stream it was.
  std::string late_records(const fake_body& stop, std::uint64_t count) const {
    const auto found = stop.find("Stop");
    if (found == stop.end()) return "";
    const auto seq = found->second.number();
    const bool logs = connection_.log_monitor && connection_.log_monitor->seq == seq;
    if (!logs && connection_.streams.count(seq) == 0) return "";
    std::string bytes;
    for (std::uint64_t i = 1; i <= count; ++i) {
      const auto number = std::to_string(i);
      bytes +=
          encode_message(seq, "",
                         logs ? log_record("2026/11/25 01:23:45 [INFO] agent: late line " + number)
                              : to_record(fake_user_event{"late", number, false, i}));
    }
    return bytes;
  }

  fake_state& state_;
  fake_connection& connection_;
  fake_wire& wire_;
};

}  // namespace

void converse(fake_state& state, fake_connection& connection) {
  conversation(state, connection).go_on();
}

void release_held(fake_state& state, fake_connection& connection) {
  if (connection.held) conversation(state, connection).answer_held();
}

}  // namespace serf::testing
