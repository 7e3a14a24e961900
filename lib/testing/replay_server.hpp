// The thread and the sockets of a replayed session.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <serf/testing/replay.hpp>

#include "testing/fake_listener.hpp"
#include "testing/recorded_session.hpp"
#include "testing/replay_connection.hpp"

namespace serf::testing {

// The thread polls all sockets and is the only one to touch them; it gives the lock up while it
// polls.
class replay_server {
 public:
  replay_server(recorded_session session, const replay_options& options);
  ~replay_server();
  replay_server(const replay_server&) = delete;
  replay_server& operator=(const replay_server&) = delete;

  std::string address() const;
  const std::string& host() const { return listener_.host(); }
  int port() const { return listener_.port(); }
  bool wait_done(std::chrono::milliseconds timeout);
  std::optional<std::string> mismatch();
  std::string outstanding();

 private:
  void run();
  // On the thread, with the lock held.
  void accept_waiting();
  void serve();
  void end_all();
  bool is_done() const;

  const recorded_session session_;
  const replay_options options_;
  fake_listener listener_;
  int wake_read_ = -1, wake_write_ = -1;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<replay_connection> connections_;  // as they were accepted; also those that have ended
  std::optional<std::string> mismatch_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace serf::testing
