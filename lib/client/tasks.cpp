#include "client/tasks.hpp"

#include <algorithm>

namespace serf {

void tasks::add(const std::shared_ptr<task_state>& started) {
  bool too_late = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto is_gone = [](const auto& each) { return each.expired(); };
    tasks_.erase(std::remove_if(tasks_.begin(), tasks_.end(), is_gone), tasks_.end());
    tasks_.push_back(started);
    too_late = stopped_;
  }
  if (too_late) started->request_stop();
}

std::vector<std::shared_ptr<task_state>> tasks::all() const {
  std::vector<std::shared_ptr<task_state>> running;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& each : tasks_) {
    if (auto one = each.lock()) running.push_back(std::move(one));
  }
  return running;
}

void tasks::request_stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  for (const auto& each : all()) each->request_stop();
}

// Also for those that were started by others on their way out.
void tasks::wait() {
  for (;;) {
    auto running = all();
    const auto has_ended = [](const auto& each) { return each->ended(); };
    running.erase(std::remove_if(running.begin(), running.end(), has_ended), running.end());
    if (running.empty()) return;
    for (const auto& each : running) each->wait();
  }
}

bool tasks::runs_here() const {
  const auto running = all();
  return std::any_of(running.begin(), running.end(),
                     [](const auto& each) { return each->runs_here(); });
}

}  // namespace serf
