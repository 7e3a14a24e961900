#include "client/subscriptions.hpp"

#include <algorithm>
#include <utility>

namespace serf {

void subscriptions::add(const std::shared_ptr<delivery::subscription_core>& core,
                        std::string answers, bool on_executor) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto is_gone = [](const entry& each) { return each.core.expired(); };
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(), is_gone), entries_.end());
  entries_.push_back({core, std::move(answers), on_executor});
}

bool subscriptions::answer_on_delivery_thread(const std::string& query_name) const {
  std::vector<std::shared_ptr<delivery::subscription_core>> answering;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const entry& each : entries_) {
      if (each.on_executor || each.answers.empty() || each.answers != query_name) continue;
      if (auto core = each.core.lock()) answering.push_back(std::move(core));
    }
  }
  return std::any_of(answering.begin(), answering.end(),
                     [](const auto& core) { return !core->cancelled(); });
}

void subscriptions::wait_for_executors() {
  std::vector<std::shared_ptr<delivery::subscription_core>> on_executors;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const entry& each : entries_) {
      if (!each.on_executor) continue;
      if (auto core = each.core.lock()) on_executors.push_back(std::move(core));
    }
  }
  for (const auto& each : on_executors) each->wait_idle();
}

}  // namespace serf
