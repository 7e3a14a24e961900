#pragma once

#include <exception>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <serf/export.hpp>

namespace serf {

struct key_report;

// What went wrong, by cause. The exception classes below group the causes by what a caller does
// next.
enum class errc {
  // Refused by the agent; the connection is fine (agent_error).
  agent_refused = 1,    // in words this library does not know: see failure::agent_text
  unsupported_command,  // the agent does not know the command: too old; it hangs up after saying so
  invalid_event_filter,  // stream: no such event type
  invalid_log_level,     // monitor: no such level
  duplicate_stream,      // stream: the Seq has a stream already
  duplicate_monitor,     // monitor: the connection has one already
  expression_refused,    // a regular expression that the agent cannot compile
  join_failed,           // none of the addresses could be joined
  keyring_failed,        // some or all nodes did not carry out the key command (keyring_error)
  key_malformed,         // the key is not base64 (keyring_error)
  event_too_large,       // over the agent's user_event_size_limit (512 bytes by default)
  query_too_large,       // over the agent's query_size_limit (1024 bytes by default)
  query_name_reserved,   // query names may not start with _serf_
  query_not_pending,     // respond: the query is over, or was never asked on this connection
  query_past_deadline,   // respond: the answer came too late
  response_too_large,    // respond: over the agent's query_response_size_limit; a smaller one may
                         // follow
  already_responded,     // respond: this agent has answered this query already
  tags_too_large,        // all tags together, encoded, are over 512 bytes
  leave_in_progress,     // the agent is leaving already

  // The key (auth_error).
  auth_required,  // the agent wants a key and was given none
  auth_rejected,  // the key is wrong, or the agent has none

  // Time (timeout_error).
  timed_out,  // not answered by the deadline, or not even sent: see failure::sent

  // Nothing more will come (connection_error).
  unreachable,      // no connection, or none within the time given
  connection_lost,  // the connection ended while the call was in flight, or before it
  agent_left,       // the connection ended because this client asked the agent to leave
  client_closed,    // close() was called or the client destroyed
  forked,           // this process is a fork of the one that the client lives in: make a new one

  // The peer broke the protocol (protocol_error).
  protocol_violation,   // bytes that no Serf agent sends: most likely not an agent
  version_unsupported,  // the agent does not speak version 1 of the protocol
  limit_exceeded,       // a reply larger or deeper than client_options allow

  // Decided here, nothing was sent (error; invalid_argument as std::invalid_argument).
  invalid_argument,   // what no agent would accept
  overloaded,         // too many calls pending, or too many bytes unsent
  would_deadlock,     // waiting here would wait for the thread that waits
  query_expired,      // the query event came on a connection that is gone
  no_resources,       // the system gives no thread, descriptor or memory
  payload_malformed,  // received: a payload that its codec cannot decode
};

// Category "serf"; message() is a short text in English.
SERF_EXPORT const std::error_category& error_category() noexcept;
inline std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

// Whether a failed call may be repeated without being carried out twice.
enum class sent { no, maybe };

// Why a call failed: what handlers get, and what every serf::error holds. A plain value.
struct SERF_EXPORT failure {
  failure() = default;
  failure(errc cause, std::string text) : code(cause), message(std::move(text)) {}

  errc code = errc::agent_refused;
  std::string message;  // what was attempted, on which agent, why it failed, what to do if known
  std::string command;  // the agent's name of the command, "" where none is concerned
  serf::sent sent = serf::sent::no;
  std::string agent_text;  // the agent's own words, verbatim. Untrusted: may hold any bytes

  // The nodes' reports, of a key command that some of them did not carry out; else nullptr. Lives
  // as long as this failure or a copy of it.
  const key_report* keyring() const noexcept { return keyring_.get(); }
  void keyring(std::shared_ptr<const key_report> report) { keyring_ = std::move(report); }

 private:
  std::shared_ptr<const key_report> keyring_;
};

SERF_EXPORT std::string to_string(errc code);
SERF_EXPORT std::string to_string(sent value);
SERF_EXPORT std::string to_string(const failure& value);  // the message

// Thrown by future.get() and result::value(). code() has category "serf", what() is the failure's
// message. Copies share the failure and do not throw.
class SERF_EXPORT error : public std::system_error {
 public:
  explicit error(serf::failure why);
  ~error() override;
  const char* what() const noexcept override;
  const serf::failure& failure() const noexcept { return *failure_; }

 private:
  std::shared_ptr<const serf::failure> failure_;
};

// The agent refused; the connection is fine and other calls are untouched.
class SERF_EXPORT agent_error : public error {
 public:
  using error::error;
  ~agent_error() override;
  // The agent's words, verbatim. Untrusted: may hold any bytes.
  const std::string& agent_text() const noexcept { return failure().agent_text; }
};

// A key command that some or all nodes did not carry out; report() says which, and why.
class SERF_EXPORT keyring_error : public agent_error {
 public:
  using agent_error::agent_error;
  ~keyring_error() override;
  const key_report& report() const noexcept;
};

// The key is missing or wrong: set client_options::auth_key.
class SERF_EXPORT auth_error : public error {
 public:
  using error::error;
  ~auth_error() override;
};

// Not answered by the deadline. Unless failure().sent says no, the agent may still act on it.
class SERF_EXPORT timeout_error : public error {
 public:
  using error::error;
  ~timeout_error() override;
};

// There is no connection, or it ended: nothing more will come.
class SERF_EXPORT connection_error : public error {
 public:
  using error::error;
  ~connection_error() override;
};

// The peer broke the protocol. The connection was closed, unless only one answer made no sense.
class SERF_EXPORT protocol_error : public error {
 public:
  using error::error;
  ~protocol_error() override;
};

// The exception for a failure: of the class that its code belongs to, std::invalid_argument for
// errc::invalid_argument.
SERF_EXPORT std::exception_ptr to_exception(const failure& why);
[[noreturn]] SERF_EXPORT void raise(const failure& why);

}  // namespace serf

namespace std {
template <>
struct is_error_code_enum<serf::errc> : true_type {};
}  // namespace std
