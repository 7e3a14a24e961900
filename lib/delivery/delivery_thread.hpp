#pragma once

#include <functional>
#include <memory>
#include <utility>

namespace serf::delivery {

// The thread that user code runs on: handlers and log sinks, one after the other, in the order in
// which they were posted. No lock of this library is held while one runs; what it throws is caught
// and goes to the exception hook.
class delivery_thread {
 public:
  // Called on the delivery thread with the text of what a job threw. Must not throw.
  using exception_hook = std::function<void(const char* what)>;

  // Starts a thread named "serf-deliver" with signals blocked; the caller's own mask is as it
  // was when this returns or throws. std::system_error when there is no thread left.
  explicit delivery_thread(exception_hook on_exception);

  ~delivery_thread();  // stop()
  delivery_thread(const delivery_thread&) = delete;
  delivery_thread& operator=(const delivery_thread&) = delete;

  // Any thread. Runs the job, and destroys it, on the delivery thread.
  template <class F>
  void post(F what) {
    enqueue(std::make_unique<job_of<F>>(std::move(what)));
  }

  // Any thread. Returns when all that was posted before has run, and waits for it without limit.
  // Inside a job it returns at once: the rest runs after that job.
  void drain();

  // The thread runs what was posted before, and ends. Waits for that, but inside a job: then the
  // rest runs after that job. What is posted once the thread has ended is destroyed without having
  // run.
  void stop();

  bool is_current() const noexcept;

 private:
  struct job {
    virtual ~job() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct job_of final : job {
    explicit job_of(F f) : function(std::move(f)) {}
    void run() override { function(); }
    F function;
  };
  class queue;  // outlives this object where the thread does

  void enqueue(std::unique_ptr<job> what);

  std::shared_ptr<queue> queue_;
};

}  // namespace serf::delivery
