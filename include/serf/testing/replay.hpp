// A recorded session with an agent, served again: see client_options::session_recording() and
// docs/recording.md.
//
//   const auto session = replay_agent_session("session.txt");
//   ... what the application did then, with a client of session.address() ...
//   EXPECT_TRUE(session.wait_done(5s)) << session.outstanding();
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace serf::testing {

enum class replay_pace {
  as_fast_as_possible,
  as_recorded,  // as long as the agent took then, counted from what it answers or said before
};

class replay_options {
 public:
  replay_options& pace(replay_pace v) { return pace_ = v, *this; }
  replay_pace pace() const { return pace_; }

  // Whether a recording may lack its end, since its process was killed: what is there is served,
  // but for a last line that is cut. Default: it is an error.
  replay_options& cut_short(bool v = true) { return cut_short_ = v, *this; }
  bool cut_short() const { return cut_short_; }

  // An IPv4 or IPv6 address to listen on: "127.0.0.1", "::1". Port 0: one that is free.
  replay_options& address(std::string v) { return address_ = std::move(v), *this; }
  const std::string& address() const { return address_; }
  replay_options& port(int v) { return port_ = v, *this; }
  int port() const { return port_; }

 private:
  replay_pace pace_ = replay_pace::as_fast_as_possible;
  std::string address_ = "127.0.0.1";
  int port_ = 0;
  bool cut_short_ = false;
};

class replay_server;

// Plays the agent. Each connection that is made to it is the next one of the recording, as the
// client tried to open them. What the client sends is compared with what was recorded, all but the
// keys, which may be others, and of another length in their own fields; what the agent sent is
// sent, in the same pieces, each when all that had been sent to it before has come. At the first
// difference all connections are closed.
//
// A thread of its own serves. Every method may be called from any thread.
class replayed_session {
 public:
  // Listens when it returns. std::runtime_error, with file and line: the file cannot be read or is
  // no whole recording. std::system_error: it cannot listen.
  replayed_session(const std::string& file, const replay_options& options);
  ~replayed_session();  // closes everything
  replayed_session(replayed_session&&) noexcept;
  replayed_session& operator=(replayed_session&&) noexcept;

  std::string address() const;  // "127.0.0.1:1234", "[::1]:1234"
  const std::string& host() const;
  int port() const;

  // All that was recorded has been said, by both sides, and the connections that the agent had
  // closed are closed; those that the client had closed it may still have open. False: not by then,
  // or never, because of a mismatch. Waits for nothing else than that.
  bool wait_done(std::chrono::milliseconds timeout) const;

  // How the client did otherwise than recorded, for people: on which connection, in which request,
  // at which byte, with both requests decoded, without keys. It stays the first one.
  std::optional<std::string> mismatch() const;

  // For people: the mismatch, or what is still to come on which connection; "" when done.
  std::string outstanding() const;

 private:
  std::unique_ptr<replay_server> server_;
};

// replayed_session(file, options)
replayed_session replay_agent_session(const std::string& file, const replay_options& options = {});

}  // namespace serf::testing
