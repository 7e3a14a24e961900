#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace serf::delivery {

// Runs jobs one after the other on a thread named "serf-watch" that lives only as long as there are
// any: for what has to be said while the delivery thread is stuck in a handler.
class bypass_thread {
 public:
  bypass_thread() = default;
  ~bypass_thread() { end(); }
  bypass_thread(const bypass_thread&) = delete;
  bypass_thread& operator=(const bypass_thread&) = delete;

  // Any thread; never waits for a job. Takes the job, unless it has ended or there is no thread to
  // be had: then the job is left, and this gives false.
  bool run(std::function<void()>& job);
  // Waits for what was taken. It takes nothing any more. Not inside a job.
  void end();
  bool is_current() const;

 private:
  void serve();

  mutable std::mutex mutex_;
  std::deque<std::function<void()>> jobs_;
  std::thread thread_;
  std::thread::id id_;
  bool serving_ = false;  // the thread will look for a job again
  bool ended_ = false;
};

}  // namespace serf::delivery
