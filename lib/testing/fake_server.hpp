// The thread, the lock and the sockets of a fake agent.
#pragma once

#include <poll.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "testing/fake_listener.hpp"
#include "testing/fake_state.hpp"

namespace serf::testing {

class agent_commands;

// One thread polls all sockets and is the only one to touch them. Everybody else changes the state
// under the lock, which the thread gives up only while it polls, and wakes it.
class fake_server {
 public:
  // `commands` may be null; else it is asked first, on the thread and without the lock.
  fake_server(const fake_agent_options& options, agent_commands* commands);
  ~fake_server();
  fake_server(const fake_server&) = delete;
  fake_server& operator=(const fake_server&) = delete;

  const std::string& host() const { return listener_host_; }
  int port() const { return listener_port_; }

  template <class Function>
  auto look(Function function) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return function(std::as_const(state_));
  }

  template <class Function>
  auto change(Function function) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const waker wake_at_the_end{*this};
    return function(state_);
  }

  template <class Predicate>
  bool wait(std::chrono::milliseconds timeout, Predicate holds) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return holds(std::as_const(state_)); });
  }

  // Each returns when it is done; called on the thread itself, by a command, it is done afterwards.
  void set_listening(bool wanted);
  void end_connections(fake_end how);
  void restart(std::optional<std::string> key);  // nullopt: the one it has
  void release_held();

 private:
  struct waker {
    fake_server& server;
    ~waker() { server.wake(); }
  };

  void wake() const;
  void drain_wakes() const;
  template <class Predicate>
  void wait_for_thread(std::unique_lock<std::mutex>& lock, Predicate done) {
    wake();
    if (std::this_thread::get_id() != thread_.get_id()) changed_.wait(lock, std::move(done));
  }

  // On the thread, with the lock held.
  void run();
  void settle();
  void settle_listener();
  void end_all();
  void start_again();
  std::optional<fake_reply> ask_commands(agent_commands& commands, const fake_header& header,
                                         const fake_body& body);
  void send_and_end(fake_connection& connection);
  void accept_waiting();
  void watch();
  int timeout() const;
  void serve(fake_connection& connection, short events);
  const std::chrono::milliseconds* pause() const;

  std::mutex mutex_;
  std::condition_variable changed_;
  fake_state state_;
  fake_listener listener_;
  const std::string listener_host_;
  const int listener_port_;
  std::exception_ptr listener_failure_;
  fake_end end_all_ = fake_end::none;
  bool restarting_ = false;
  bool releasing_ = false;
  std::unique_lock<std::mutex>* lock_of_thread_ = nullptr;
  int wake_read_ = -1, wake_write_ = -1;
  bool stopping_ = false;
  bool more_to_answer_ = false;
  std::vector<pollfd> watched_;  // the pipe, the listener, then watched_connections_
  std::vector<fake_connection*> watched_connections_;
  std::thread thread_;
};

}  // namespace serf::testing
