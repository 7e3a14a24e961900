#include "session/failures.hpp"

#include <exception>

#include "vocabulary/agent_error_text.hpp"
#include "vocabulary/duration_text.hpp"
#include "vocabulary/printable.hpp"

namespace serf::session {
namespace {

using protocol::command;

constexpr std::size_t longest_text = 1000;  // of the agent's own, in a message

failure about(command command, errc code, std::string message, sent whether_sent) {
  failure why(code, std::move(message));
  why.command = protocol::name(command);
  why.sent = whether_sent;
  return why;
}

std::string on(std::string_view what, const std::string& agent) {
  return std::string(what) + " on the Serf agent at " + agent + ": ";
}

bool is_key_command(command command) {
  return command == command::install_key || command == command::use_key ||
         command == command::remove_key || command == command::list_keys;
}

// Words that no agent is known to say: of these two commands they can mean but one thing.
errc classify(command command, std::string_view text) {
  const errc code = classify_agent_error(text);
  if (code != errc::agent_refused) return code;
  return is_key_command(command)    ? errc::keyring_failed
         : command == command::join ? errc::join_failed
                                    : code;
}

// Where there is no memory for more: short enough to need none.
failure brief(errc code, sent whether_sent) noexcept {
  failure why(code, "out of memory");
  why.sent = whether_sent;
  return why;
}

// What to do about it, where that is known.
std::string_view advice(errc code) {
  switch (code) {
    case errc::auth_required:
      return "; the agent wants a key: set client_options::auth_key or SERF_RPC_AUTH";
    case errc::auth_rejected:
      return "; the key is not the agent's rpc_auth, or the agent has none and must be given none: "
             "check client_options::auth_key and SERF_RPC_AUTH";
    case errc::unsupported_command:
      return "; the agent is too old for it, and hangs up";
    case errc::version_unsupported:
      return "; this library speaks version 1";
    case errc::event_too_large:
      return "; the agent's user_event_size_limit decides";
    case errc::query_too_large:
      return "; the agent's query_size_limit decides";
    case errc::response_too_large:
      return "; a smaller response may follow";
    case errc::keyring_failed:
      return "; keyring_error::report() has the nodes' reasons";
    default:
      return "";
  }
}

}  // namespace

failure refused_by_agent(command command, std::string_view text, const std::string& agent) {
  const errc code = classify(command, text);
  auto why = about(command, code,
                   on(protocol::name(command), agent) +
                       printable_line(text.substr(0, longest_text)) + std::string(advice(code)),
                   sent::maybe);
  why.agent_text = text;
  return why;
}

failure not_answered(command command, std::chrono::nanoseconds timeout, const std::string& agent) {
  return about(command, errc::timed_out,
               on(protocol::name(command), agent) + "no answer within " + duration_text(timeout) +
                   "; it may still be carried out",
               sent::maybe);
}

failure no_time(std::string_view what, const std::string& agent) {
  failure why(errc::timed_out, on(what, agent) + "not sent: no time was left for it");
  why.command = what;
  return why;
}

failure not_connected(std::string_view what, std::chrono::nanoseconds timeout,
                      const std::string& agent, const failure& reason) {
  const std::string because = reason.message.empty() ? "still connecting" : reason.message;
  failure why(errc::unreachable,
              on(what, agent) +
                  (timeout.count() > 0 ? "no connection within " + duration_text(timeout)
                                       : std::string("not connected")) +
                  ": " + because);
  why.command = what;
  return why;
}

failure not_its_turn(command command, std::chrono::nanoseconds timeout, const std::string& agent) {
  return about(command, errc::timed_out,
               on(protocol::name(command), agent) + "not sent within " + duration_text(timeout) +
                   ": the agent is busy with an earlier request of this kind, or frozen",
               sent::no);
}

failure hung_up_on(failure lost, const std::string& meaning, const std::string& agent) {
  lost.code = errc::expression_refused;
  lost.message =
      on(lost.command, agent) + "the agent hung up without a word, most likely because " + meaning;
  return lost;
}

failure handshake_not_answered(std::chrono::nanoseconds timeout, const std::string& agent) {
  failure why(errc::unreachable,
              "connected to " + agent + ", but got no answer to the handshake: " +
                  "no Serf agent, or a frozen one (waited " + duration_text(timeout) + " in all)");
  return why;
}

failure went_silent(std::chrono::nanoseconds silence, const std::string& agent) {
  return {errc::connection_lost, "the Serf agent at " + agent + " has said nothing for " +
                                     duration_text(silence) +
                                     ", nor answered a heartbeat: it is frozen, or the network is "
                                     "cut"};
}

failure overloaded(std::string_view what, std::string_view limit, const std::string& agent) {
  failure why(errc::overloaded, on(what, agent) + "too much is pending: " + std::string(limit));
  why.command = what;
  return why;
}

failure protocol_broken(errc code, std::string_view flaw, const std::string& agent) {
  return {code, "the Serf agent at " + agent + " " + std::string(flaw) +
                    (code == errc::limit_exceeded ? " (client_options set the limit)" : "")};
}

failure no_memory(std::string_view what, const std::string& agent) noexcept {
  try {
    failure why(errc::no_resources, on(what, agent) + "not sent: out of memory");
    why.command = what;
    return why;
  } catch (const std::exception&) {
    return brief(errc::no_resources, sent::no);
  }
}

failure for_call(const failure& ending, std::string_view what, sent whether_sent) noexcept {
  try {
    failure told = ending;
    told.command = what;
    told.sent = whether_sent;
    told.message.insert(0, std::string(what) + ": ");
    return told;
  } catch (const std::exception&) {
    return brief(ending.code, whether_sent);
  }
}

}  // namespace serf::session
