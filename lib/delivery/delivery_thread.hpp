#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <serf/handler.hpp>

#include "delivery/handler_watch.hpp"

namespace serf::delivery {

class delivery_queue;

// The thread that user code runs on: handlers and log sinks, one after the other, in the order in
// which they were posted. No lock of this library is held while one runs; what it throws is caught
// and goes to the exception hook.
class delivery_thread {
 public:
  // Called on the thread that ran what threw: the delivery thread, or an executor's. What it throws
  // is dropped. It is destroyed when the delivery thread ends.
  using exception_hook = std::function<void(const handler_failure&)>;

  // What is posted: a handler with what it is told, or a log line with its sink.
  class job {
   public:
    virtual ~job() = default;
    virtual void run() = 0;
    // Of a handler: the watch knows it by its name, and so does the report of what it throws.
    // Empty: it is no handler.
    virtual std::string_view name() const noexcept { return {}; }

   private:
    friend class delivery_queue;
    std::unique_ptr<job> next_;  // in the queue, which thus takes no memory of its own
  };

  class mailbox;

  // Starts a thread named "serf-deliver" with signals blocked; the caller's own mask is as it
  // was when this returns or throws. std::system_error when there is no thread left.
  explicit delivery_thread(exception_hook on_exception, std::shared_ptr<handler_watch> watch = {});

  ~delivery_thread();  // stop()
  delivery_thread(const delivery_thread&) = delete;
  delivery_thread& operator=(const delivery_thread&) = delete;

  // As of mailbox.
  template <class F>
  bool post(F what);
  template <class F>
  bool post(std::string name, F what);
  bool post_job(std::unique_ptr<job> what) noexcept;

  // Any thread. Returns when all that was posted before has run, and waits for it without limit.
  // Inside a job it returns at once: the rest runs after that job.
  void drain();

  // The thread runs what was posted before, and ends. Waits for that, but inside a job: then the
  // rest runs after that job.
  void stop();
  // Likewise, and waits for nothing.
  void request_stop();

  bool is_current() const noexcept;
  mailbox mail() const;

 private:
  template <class F>
  struct job_of final : job {
    job_of(std::string of, F f) : named(std::move(of)), function(std::move(f)) {}
    void run() override { function(); }
    std::string_view name() const noexcept override { return named; }
    const std::string named;
    F function;
  };

  std::shared_ptr<delivery_queue> queue_;
};

// Where jobs for the thread are put. Copyable, and may outlive the thread.
class delivery_thread::mailbox {
 public:
  // Any thread. Runs the job, and destroys it, on the delivery thread. False: that has ended, and
  // the job was destroyed here, without having run.
  // Without a name it is no handler: a log sink, or what calls handlers by itself.
  template <class F>
  bool post(F what) const {
    return post(std::string(), std::move(what));
  }
  // A handler, of that name.
  template <class F>
  bool post(std::string name, F what) const {
    return post_job(std::make_unique<job_of<F>>(std::move(name), std::move(what)));
  }
  // Made before, it is posted without taking memory.
  bool post_job(std::unique_ptr<job> what) const noexcept;

  // Any thread; never waits for a job. Runs it on a thread of its own while the delivery thread may
  // be stuck in a handler; several one after the other. They are over when the delivery thread has
  // ended. Where there is no thread to be had, the job is posted.
  void bypass(std::function<void()> job) const;

  // Calls a handler on this very thread as the delivery thread would: watched, and what it throws
  // is reported.
  template <class F>
  void call(const std::string& name, F&& handler) const {
    const handler_watch::running watched(watch(), name, is_current());
    try {
      handler();
    } catch (...) {
      report_current_exception(name);
    }
  }
  // Calls the exception hook on this thread, unless the delivery thread has ended.
  void report(const handler_failure& what) const noexcept;

  bool is_current() const noexcept;
  handler_watch& watch() const noexcept;

 private:
  friend class delivery_thread;
  explicit mailbox(std::shared_ptr<delivery_queue> queue) : queue_(std::move(queue)) {}
  void report_current_exception(std::string_view name) const noexcept;

  std::shared_ptr<delivery_queue> queue_;  // outlives the thread where this does
};

// The job may end this object before its mailbox has been left again: mail() keeps a share.
template <class F>
bool delivery_thread::post(F what) {
  return mail().post(std::move(what));
}
template <class F>
bool delivery_thread::post(std::string name, F what) {
  return mail().post(std::move(name), std::move(what));
}

}  // namespace serf::delivery
