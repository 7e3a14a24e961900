#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <serf/result.hpp>
#include <serf/stream_options.hpp>
#include <serf/subscription.hpp>

#include "vocabulary/home_process.hpp"

namespace serf::delivery {

// Stands between handlers and the threads that call them, so that cancelling means what it says:
// once cancel() has returned nothing of the handlers runs, or exists, any more. Whoever calls any
// of this holds a share of it.
class subscription_core : public std::enable_shared_from_this<subscription_core> {
 public:
  subscription_core() = default;
  virtual ~subscription_core();
  subscription_core(const subscription_core&) = delete;
  subscription_core& operator=(const subscription_core&) = delete;

  // False in a forked child: there, nothing else may be called, and it must not be destroyed.
  bool is_here() const noexcept { return home_.is_here(); }

  static subscription_core& of(const subscription_ref& ref) noexcept { return *ref.core_; }

  // Calls `deliver` unless cancelled. Several threads may be in it at once.
  template <class F>
  void run(F deliver) {
    call(true, deliver);
  }

  // Afterwards nothing runs, nothing will, and the handlers are gone. Called from one of its own
  // running handlers it returns at once; the last handler to return then destroys them.
  void cancel();
  // Nothing starts to run after this. Never waits, and destroys no handler on this thread.
  void request_cancel();
  bool cancelled() const;
  // Nothing starts to run after this, as of request_cancel(); but the handlers stay, and so does
  // what active() says. For the end of a client.
  void stop();
  // stop(), and waits as cancel() does.
  void wait_idle();
  // Whether this thread runs a handler of it.
  bool runs_here() const;

  virtual bool ended() const { return false; }
  // The end of the client: what is queued is discarded. I/O thread.
  virtual void end_now(const failure& /*why*/) {}
  virtual stream_counters counters() const { return {}; }

  // May be asked for several times; what was never opened is client_closed.
  std::future<void> ready();
  // The agent's verdict. Only the first counts, unless cancelled before.
  void opened(const result<void>& outcome);

 protected:
  // Likewise for what is no handler, and must not outlive cancel() either: it never destroys
  // handlers on its thread.
  template <class F>
  bool run_feed(F feed) {
    return call(false, feed);
  }
  // If cancelled, nothing runs, and nobody else has: destroys the handlers here.
  void drop_if_idle();

  // All of them with no lock held.
  virtual void on_opened(const result<void>& /*outcome*/) {}
  // Once, on the cancelling thread: stop the feed.
  virtual void on_cancelled() {}
  // Once, when cancelled and nothing runs any more.
  virtual void drop_handlers() {}
  // Handlers are to be dropped, but not on this thread: call drop_if_idle() on another. Without
  // that they stay until cancel(), or the end of this object.
  virtual void drop_elsewhere() {}

 private:
  // A call that is running, on the stack of its thread.
  struct frame {
    std::thread::id thread;
    bool is_handler;
    frame* next;
  };
  struct leave_on_return {
    subscription_core& core;
    frame& here;
    ~leave_on_return() { core.leave(here); }
  };
  enum class drop_state { none, running, done };

  template <class F>
  bool call(bool is_handler, F& what) {
    frame here{std::this_thread::get_id(), is_handler, nullptr};
    if (!enter(here)) return false;
    const leave_on_return guard{*this, here};
    what();
    return true;
  }
  bool enter(frame& here);
  void leave(frame& here);
  bool mark_cancelled();
  bool settle(const result<void>& outcome);
  void settle_unopened(const char* why) noexcept;
  // With the lock held.
  bool is_inside() const;
  bool may_drop() const { return cancelled_ && !frames_ && dropped_ == drop_state::none; }
  void drop(std::unique_lock<std::mutex>& lock);

  const home_process home_;
  mutable std::mutex mutex_;
  std::condition_variable left_;
  frame* frames_ = nullptr;
  bool cancelled_ = false;
  bool stopped_ = false;
  int cancelling_ = 0;  // threads that wait in cancel(): one of them will drop the handlers
  drop_state dropped_ = drop_state::none;
  std::thread::id dropper_;
  std::optional<result<void>> outcome_;
  std::vector<std::promise<void>> asked_;
};

}  // namespace serf::delivery
