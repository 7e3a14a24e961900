#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace serf::delivery {

// Stands between a handler and the thread that calls it, so that cancelling means what it says.
class subscription_core {
 public:
  virtual ~subscription_core() = default;

  // Calls `deliver` unless cancelled; one thread at a time.
  template <class F>
  void run(F deliver) {
    if (!enter()) return;
    const leave_on_return guard{*this};
    deliver();
  }

  // Afterwards nothing runs, and nothing will, unless called from what is running.
  void cancel();
  void request_cancel();
  bool cancelled() const;

 private:
  struct leave_on_return {
    subscription_core& core;
    ~leave_on_return() { core.leave(); }
  };
  bool enter();
  void leave();

  mutable std::mutex mutex_;
  std::condition_variable left_;
  bool cancelled_ = false;
  int running_ = 0;  // more than one where a handler closes its client, which runs what is left
  std::thread::id runner_;
};

}  // namespace serf::delivery
