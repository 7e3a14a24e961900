#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <serf/delivery.hpp>

namespace serf::delivery {

// An application's threads. Ends when all that it was given has run.
class pool {
 public:
  explicit pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
  }
  ~pool() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    for (auto& each : threads_) each.join();
  }
  executor give() {
    return [this](std::function<void()> job) {
      const std::lock_guard<std::mutex> lock(mutex_);
      jobs_.push_back(std::move(job));
      changed_.notify_one();
    };
  }

 private:
  void serve() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

// Keeps its jobs for the test to run, or to destroy.
struct kept_jobs {
  std::deque<std::function<void()>> jobs;
  executor give() {
    return [this](std::function<void()> job) { jobs.push_back(std::move(job)); };
  }
  bool run_one() {
    if (jobs.empty()) return false;
    const auto job = std::move(jobs.front());
    jobs.pop_front();
    job();
    return true;
  }
};

}  // namespace serf::delivery
