#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "client/attempts.hpp"
#include "client/connection.hpp"
#include "client/main_line.hpp"
#include "session/waiting_calls.hpp"
#include "transport/io_thread.hpp"

namespace serf {

// A further connection to the same agent, for commands that must not hold up or break others: an
// agent answers the requests of one connection strictly one after the other, and hangs up on an
// expression that it cannot compile. Opened when first needed, closed when idle; one request in
// flight, so that what is lost with it is that one. A call that timed out closes it, since the
// agent may be busy with it for long; the next call opens another.
class lane final : private transport::link_events, private connection::observer {
 public:
  lane(transport::io_thread& io, connection::settings settings, std::chrono::nanoseconds idle_after,
       main_line& main);

  // Any thread, any time.
  void submit(session::wish what, std::unique_ptr<session::call> who);

  // I/O thread. The main connection is ready, perhaps with another agent than before.
  void go_on();

  // I/O thread. Every call fails for `why`, and no further one is taken.
  void end(const failure& why);

 private:
  class passing_call;
  class verdict;
  using lock_guard = std::lock_guard<std::mutex>;

  // Of the clock: a link that is never opened, and only wakes.
  void on_connected() override {}
  void on_failed(const transport::link_failure& failure) override;
  transport::receive_space on_receive_space() override { return {}; }
  void on_received(std::size_t) override {}
  void on_writable() override {}
  void on_woken() override;
  void on_timer() override;

  // Of the connection.
  void on_open() override;
  void on_end(const failure& why) override;

  void work();
  void start_next();
  void arm();
  void on_done(bool give_up);
  void start_anew();
  void fail_all(const failure& why);
  void try_again(session::waiting_calls::entry what, failure trouble);
  failure out_of_time(const session::wish& what) const;
  std::optional<failure> refuse(const session::wish& what) const;  // the lock is held

  transport::io_thread& io_;
  const connection::settings settings_;
  const std::chrono::nanoseconds idle_after_;
  main_line& main_;
  const std::unique_ptr<transport::link> clock_;

  std::mutex mutex_;  // over these two
  session::waiting_calls waiting_;
  std::optional<failure> ended_;

  // The I/O thread's own.
  main_agent with_;  // where the connection leads to, and the main one when the request was made
  bool busy_ = false;
  bool is_open_ = false;  // the connection: shaken hands
  bool leaves_ = false;   // the call that it is busy with asks the agent to leave
  bool hung_up_ = false;  // the agent did, on what it was busy with
  transport::clock::time_point idle_at_ = transport::clock::time_point::max();
  std::optional<failure> trouble_;  // with connecting, although the main connection is there
  transport::clock::time_point not_before_ = transport::clock::time_point::min();  // the next one
  growing_delay delay_{reconnect_options()};                                       // until then

  // The last, for what they hold ends with them, and tells the lane.
  std::unique_ptr<connection> connection_;
  std::vector<std::unique_ptr<connection>> retired_;  // not to be destroyed under their own feet
};

}  // namespace serf
