#include "delivery/delivery_thread.hpp"

#include <pthread.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "vocabulary/blocked_signals.hpp"

namespace serf::delivery {
class delivery_thread::queue {
 public:
  explicit queue(exception_hook on_exception) : on_exception_(std::move(on_exception)) {}

  void start(const std::shared_ptr<queue>& self) {
    const blocked_signals blocked;
    // The queue is handed over, so that it lives as long as the thread.
    thread_ = std::thread([self] { self->serve(); });
    id_ = thread_.get_id();
  }

  void push(std::unique_ptr<job> what) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      jobs_.push_back(std::move(what));
      ++posted_;
    }
    changed_.notify_all();
  }

  void drain() {
    if (is_current()) return;
    std::unique_lock<std::mutex> lock(mutex_);
    const std::uint64_t all = posted_;
    changed_.wait(lock, [&] { return ended_ || done_ >= all; });
  }

  void stop() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (std::exchange(stopping_, true)) return;
    }
    changed_.notify_all();
    if (is_current()) {
      thread_.detach();
    } else {
      thread_.join();
    }
  }

  bool is_current() const noexcept { return std::this_thread::get_id() == id_; }

 private:
  void serve() {
    ::pthread_setname_np(::pthread_self(), "serf-deliver");
    while (auto next = wait()) run(std::move(next));
  }

  void run(std::unique_ptr<job> what) noexcept {
    try {
      what->run();
    } catch (const std::exception& error) {
      report(error.what());
    } catch (...) {
      report("an exception that is no std::exception");
    }
    what.reset();  // the captures are the user's too: they are gone when the job counts as done
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++done_;
    }
    changed_.notify_all();
  }

  void report(const char* what) {
    if (on_exception_) on_exception_(what);
  }

  std::unique_ptr<job> wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) {
      ended_ = true;
      return nullptr;
    }
    auto next = std::move(jobs_.front());
    jobs_.pop_front();
    return next;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<job>> jobs_;
  std::uint64_t posted_ = 0;
  std::uint64_t done_ = 0;
  bool stopping_ = false;
  bool ended_ = false;
  exception_hook on_exception_;
  std::thread thread_;
  std::thread::id id_;  // stays when the thread is detached
};

delivery_thread::delivery_thread(exception_hook on_exception)
    : queue_(std::make_shared<queue>(std::move(on_exception))) {
  queue_->start(queue_);
}

delivery_thread::~delivery_thread() { stop(); }

void delivery_thread::enqueue(std::unique_ptr<job> what) {
  // The job may end this object before the queue has been left again.
  const auto kept = queue_;
  kept->push(std::move(what));
}

void delivery_thread::stop() { queue_->stop(); }
void delivery_thread::drain() { queue_->drain(); }
bool delivery_thread::is_current() const noexcept { return queue_->is_current(); }

}  // namespace serf::delivery
