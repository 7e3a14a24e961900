#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "client/task_state.hpp"

namespace serf {

// The tasks of one client. Any thread.
class tasks {
 public:
  // One more to end with the client. Where that has ended already it is asked to at once.
  void add(const std::shared_ptr<task_state>& started);

  // Asks all to end, and those that come later.
  void request_stop();
  // Until all have ended.
  void wait();
  // Whether this thread is one of them.
  bool runs_here() const;

 private:
  std::vector<std::shared_ptr<task_state>> all() const;

  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<task_state>> tasks_;
  bool stopped_ = false;
};

}  // namespace serf
