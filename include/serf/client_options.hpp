#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <serf/duration.hpp>
#include <serf/export.hpp>
#include <serf/handler.hpp>
#include <serf/log.hpp>
#include <serf/reconnect_options.hpp>

namespace serf {

// Where the agent is, and how to treat it. Every value has a default; what is visibly wrong is
// refused when a client is made of the options, by std::invalid_argument or as a failure.
class SERF_EXPORT client_options {
 public:
  client_options() = default;
  client_options(std::string endpoint) { this->endpoint(std::move(endpoint)); }
  client_options(const char* endpoint) { this->endpoint(endpoint); }

  // What the `serf` command reads: SERF_RPC_ADDR and SERF_RPC_AUTH; unset and empty are one, and
  // leave the default. Reads the environment now, so not while another thread changes it.
  static client_options from_environment();

  // "127.0.0.1:7373", "host:port" or "[::1]:7373". A name is looked up at each attempt to connect;
  // one whose look-up takes longer than an attempt may last is waited for by the next, too.
  client_options& endpoint(std::string value) { return endpoints({std::move(value)}); }
  std::string endpoint() const { return endpoints_.empty() ? "" : endpoints_.front(); }
  // Several agents of one cluster: connected to in order, the next when one is lost. One that
  // shares no member with the last is told of by a warning: see client::on_connection().
  client_options& endpoints(std::vector<std::string> value);
  const std::vector<std::string>& endpoints() const noexcept { return endpoints_; }
  // What the endpoint was read from, for messages: "SERF_RPC_ADDR", or "" when set by the program.
  const std::string& endpoint_origin() const noexcept { return endpoint_origin_; }

  // The agent's rpc_auth. It travels in clear. Empty: none is sent.
  client_options& auth_key(std::string value) { return auth_key_ = std::move(value), *this; }
  const std::string& auth_key() const noexcept { return auth_key_; }

  // From the first look-up to the agent's answer to handshake and key. Default: 5 s.
  client_options& connect_timeout(duration value) { return connect_timeout_ = value, *this; }
  std::chrono::nanoseconds connect_timeout() const noexcept { return connect_timeout_; }

  // Of calls that state none and whose command has no default of its own. Default: 10 s. See
  // client.
  client_options& call_timeout(duration value) { return call_timeout_ = value, *this; }
  std::chrono::nanoseconds call_timeout() const noexcept { return call_timeout_; }

  // Whether a lost connection is rebuilt, and streams with it. If not, the first loss ends the
  // client, and so does an agent that cannot be reached. Default: it is, without end. A wrong key
  // and an agent of another protocol version always end the client.
  client_options& reconnect(bool value) { return reconnect_ = value, *this; }
  client_options& reconnect(reconnect_options how) {
    return how_to_reconnect_ = how, reconnect_ = true, *this;
  }
  bool reconnect() const noexcept { return reconnect_; }
  const reconnect_options& how_to_reconnect() const noexcept { return how_to_reconnect_; }

  // After so long without a word from the agent it is asked for a sign of life, which costs it
  // nothing. 0: never. Default: 15 s.
  client_options& heartbeat(duration value) { return heartbeat_ = value, *this; }
  std::chrono::nanoseconds heartbeat() const noexcept { return heartbeat_; }
  // Then, after so long without one, the connection counts as lost. Default: 10 s.
  client_options& heartbeat_timeout(duration value) { return heartbeat_timeout_ = value, *this; }
  std::chrono::nanoseconds heartbeat_timeout() const noexcept { return heartbeat_timeout_; }

  // Where the library's own log goes, from `level` up. Default: nowhere. While a handler holds it
  // up 1,000 lines wait; then a line says how many are missing.
  client_options& log(log_sink sink, serf::log_level level = serf::log_level::info) {
    return log_sink_ = std::move(sink), log_level_ = level, *this;
  }
  const log_sink& log() const noexcept { return log_sink_; }
  serf::log_level log_level() const noexcept { return log_level_; }

  // A file into which everything is written that the client's connections send and receive, to the
  // byte, as it happens: to be read, or served again in a test by replay_agent_session(). It is
  // made anew with the client, which is refused where it cannot be opened or another client records
  // to it; it is complete when the client is destroyed, and usable if the process ends before. The
  // auth key and the keys of the keyring are not in it: docs/recording.md says what else is. Where
  // the disk is full, or too slow, the log says so, at level err, and nothing more is recorded; the
  // client itself goes on, and never waits for the disk but, some seconds at most, in its
  // destructor. A thread named "serf-record" writes. Default: empty, nothing is recorded.
  client_options& session_recording(std::string file) {
    return session_recording_ = std::move(file), *this;
  }
  const std::string& session_recording() const noexcept { return session_recording_; }

  // Told on the delivery thread (or, of a handler on an executor, there) what a handler threw.
  // Default: it is logged, at level err. What it throws itself is dropped.
  client_options& on_handler_failure(std::function<void(const handler_failure&)> told) {
    return handler_failure_ = std::move(told), *this;
  }
  const std::function<void(const handler_failure&)>& on_handler_failure() const noexcept {
    return handler_failure_;
  }

  // A handler that runs longer is named in the log, at level warn, while it still runs: it holds up
  // the others. 0: never. Default: 5 s.
  client_options& handler_watchdog(duration value) { return handler_watchdog_ = value, *this; }
  std::chrono::nanoseconds handler_watchdog() const noexcept { return handler_watchdog_; }

  // How long an event stream that nobody reads any more is kept on the agent, for the next
  // subscription to the same filter: agents up to 0.10 may crash when streams are stopped while
  // many events come. 0: it is stopped at once. Default: 5 s.
  client_options& stream_linger(duration value) { return stream_linger_ = value, *this; }
  std::chrono::nanoseconds stream_linger() const noexcept { return stream_linger_; }

  // Past a limit the call fails at once with errc::overloaded. Defaults: 65,536 calls, and 16 MiB
  // that the agent has not taken yet.
  // There may be so many calls on a connection that wait, are sent, or were given up and are not
  // answered yet, its open streams and queries included; and, over all connections, so many calls
  // whose handlers have not begun to run.
  client_options& max_pending_calls(std::size_t value) { return max_pending_calls_ = value, *this; }
  std::size_t max_pending_calls() const noexcept { return max_pending_calls_; }
  client_options& max_unsent_bytes(std::size_t value) { return max_unsent_bytes_ = value, *this; }
  std::size_t max_unsent_bytes() const noexcept { return max_unsent_bytes_; }

  // A larger or deeper reply closes the connection (errc::limit_exceeded). Defaults: 128 MiB, 32.
  // Decoded, a reply takes more memory than its bytes: about twice as much of what agents send, and
  // of the worst that a peer could send up to 32 times as much, but not more than 500 MiB. Other
  // calls and their deadlines wait while one is decoded: 0.1 s for 200,000 members, some seconds
  // for the worst. close() breaks it off.
  client_options& max_reply_bytes(std::size_t value) { return max_reply_bytes_ = value, *this; }
  std::size_t max_reply_bytes() const noexcept { return max_reply_bytes_; }
  client_options& max_reply_depth(std::size_t value) { return max_reply_depth_ = value, *this; }
  std::size_t max_reply_depth() const noexcept { return max_reply_depth_; }

  // The number of the first request. Default: 0. For tests of what comes after it.
  client_options& first_seq(std::uint64_t value) { return first_seq_ = value, *this; }
  std::uint64_t first_seq() const noexcept { return first_seq_; }

 private:
  std::vector<std::string> endpoints_ = {"127.0.0.1:7373"};
  std::string endpoint_origin_;
  std::string auth_key_;
  std::chrono::nanoseconds connect_timeout_ = std::chrono::seconds(5);
  std::chrono::nanoseconds call_timeout_ = std::chrono::seconds(10);
  std::string session_recording_;
  log_sink log_sink_;
  serf::log_level log_level_ = serf::log_level::info;
  std::function<void(const handler_failure&)> handler_failure_;
  std::chrono::nanoseconds handler_watchdog_ = std::chrono::seconds(5);
  std::chrono::nanoseconds stream_linger_ = std::chrono::seconds(5);
  std::size_t max_pending_calls_ = 65536;
  std::size_t max_unsent_bytes_ = 16U << 20U;
  std::size_t max_reply_bytes_ = 128U << 20U;
  std::size_t max_reply_depth_ = 32;
  std::uint64_t first_seq_ = 0;
  std::chrono::nanoseconds heartbeat_ = std::chrono::seconds(15);
  std::chrono::nanoseconds heartbeat_timeout_ = std::chrono::seconds(10);
  reconnect_options how_to_reconnect_;
  bool reconnect_ = true;
};

}  // namespace serf
