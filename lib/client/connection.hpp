#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <serf/metrics.hpp>

#include "client/endpoint.hpp"
#include "protocol/reader.hpp"
#include "session/conversation.hpp"
#include "transport/io_thread.hpp"

namespace serf {

// The bytes of a client's connections. Any thread.
struct traffic {
  std::atomic<std::uint64_t> sent{0}, received{0};
};

// A client's talk with an agent over a connection, and after its loss over another, if its observer
// wants one: puts the conversation, the framing and the link together, and owns the lock over the
// first and the last of them. From its making to its end() it takes calls from any thread; each
// completes exactly once.
//
// The lock is held while a request is put into the table and while bytes are handed to the socket,
// which never blocks. It is not held while anything is decoded, completed or logged.
class connection final : private transport::link_events {
 public:
  struct settings {
    std::string agent;  // for messages, until an attempt names another
    session::conversation_settings conversation;
    protocol::limits limits;
    std::chrono::nanoseconds connect_timeout;
    std::shared_ptr<traffic> counted = std::make_shared<traffic>();
  };

  struct attempt {
    endpoint where;
    std::chrono::nanoseconds delay{};  // before it is made; max(): until start() is called
  };

  // Called on the I/O thread, with no lock held.
  class observer {
   public:
    virtual ~observer() = default;
    // An attempt to connect begins.
    virtual void on_attempt() {}
    virtual void on_open() = 0;
    // The connection is gone, or did not come about, for a reason that a further attempt may not
    // meet. None: no further one is made, and on_end() follows.
    virtual std::optional<attempt> on_lost(const failure& /*why*/) { return std::nullopt; }
    // The last one. The reason is of class connection_error, protocol_error or auth_error.
    virtual void on_end(const failure& why) = 0;
  };

  // Any thread. The link is closed and destroyed with this object, which must be on the I/O thread,
  // or after end(), or after the end of that thread.
  connection(transport::io_thread& io, settings what, observer& told);

  // I/O thread. Connects, after the delay; instead of the attempt that is to come, if there is one.
  // Not while there is a connection.
  void start(attempt next);
  // I/O thread. Treats the connection as lost.
  void lose(failure why);

  // Any thread, any time. Never blocks.
  void submit(session::wish what, std::unique_ptr<session::call> who);

  // Any thread. This taker of records wants no more of them. A query goes on until its done,
  // whether anybody wants it or not.
  void leave(const session::subscriber& taker);
  // I/O thread, in a completion. The taker of a query that is not done by then is told.
  void expire_at(const session::subscriber& taker, session::time_point when);
  // I/O thread. This end of the connection as the agent names it in its log, "127.0.0.1:57490"; ""
  // where there is none.
  std::string local_address() const { return link_->local_address(); }
  // I/O thread. The agent's end, as numbers: a name may stand for several agents.
  std::string remote_address() const { return link_->remote_address(); }
  // I/O thread. The last connection was ended by the agent, not by the network or by this end.
  bool hung_up() const noexcept { return hung_up_; }

  // Any thread. The agent was asked to leave on another connection: if it hangs up now, or until
  // then, it has.
  void expect_agent_to_leave(bool expected, session::time_point until = session::time_point::max());

  // Any thread. Why a call that cannot wait fails now; none: it need not.
  std::optional<failure> not_open(const session::wish& what);

  // Any thread. What to tell a call that waited for a connection in vain.
  failure no_connection_for(const session::wish& what);

  // I/O thread. Calls that only wait for the agent to be ready fail.
  void give_up_ready();

  // Any thread. How many connections were lost so far: the number of this one.
  std::uint64_t losses();

  // Any thread. The part of `into` that is about what is on its way.
  void measure(client_metrics& into);

  // I/O thread. Every call fails for `why`, and no further one is taken.
  void end(failure why);

 private:
  using lock_guard = std::lock_guard<std::mutex>;

  void on_connected() override;
  void on_failed(const transport::link_failure& failure) override;
  transport::receive_space on_receive_space() override;
  void on_received(std::size_t size) override;
  void on_writable() override;
  void on_woken() override;
  void on_timer() override;

  void begin();
  void disconnected() noexcept;  // the lock is held
  void close(const failure& why);
  static void run(session::completion& done, std::string_view body = {}) noexcept;
  template <class Step>
  static bool insist(Step step) noexcept;
  bool read_message();
  bool follow(session::conversation::step next, std::string_view body);
  void give(const session::subscribers& takers, std::string_view record);
  void flush();
  void work();
  void send_unsent();  // the lock is held
  bool send_alone();   // the lock is held

  const settings settings_;
  observer& told_;
  const std::unique_ptr<transport::link> link_;

  std::mutex mutex_;  // over these four, and over send() and close() of the link
  session::conversation conversation_;
  transport::clock::time_point armed_ = transport::clock::time_point::max();
  bool awaiting_writable_ = false;
  std::error_code send_error_;

  // The I/O thread's own.
  protocol::reader reader_;
  attempt next_;
  transport::clock::time_point start_at_ = transport::clock::time_point::max();
  transport::clock::time_point give_up_at_;
  transport::clock::time_point heard_at_;
  bool connected_ = false;
  bool hung_up_ = false;
  bool body_follows_ = false;
  session::conversation::step record_;  // of the header whose record is on its way
  std::vector<std::shared_ptr<session::subscriber>> unflushed_;
  bool ended_ = false;
  std::vector<session::completion> left_over_;  // of the end, until they are told
};

// For what must be done although memory is short: again, until there is some, and for so long that
// only a process that is lost anyway has none by then. False: it was not done.
template <class Step>
bool connection::insist(Step step) noexcept {
  for (int tries = 0; tries < 1000; ++tries) {
    try {
      step();
      return true;
    } catch (const std::exception&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  return false;
}

}  // namespace serf
