#include "client/subscriptions.hpp"

#include <algorithm>
#include <utility>

namespace serf {

void subscriptions::add(const std::shared_ptr<delivery::subscription_core>& core,
                        std::string answers, bool on_executor) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (entries_.size() >= sweep_at_) {
    const auto is_gone = [](const entry& each) { return each.core.expired(); };
    entries_.erase(std::remove_if(entries_.begin(), entries_.end(), is_gone), entries_.end());
    sweep_at_ = std::max<std::size_t>(16, 2 * entries_.size());
  }
  entries_.push_back({core, std::move(answers), on_executor});
}

// Their shares are let go of without the lock.
template <class Choose>
subscriptions::list subscriptions::those(Choose chosen) const {
  list found;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const entry& each : entries_) {
    if (!chosen(each)) continue;
    if (auto core = each.core.lock()) found.push_back(std::move(core));
  }
  return found;
}

bool subscriptions::answer_on_delivery_thread(const std::string& query_name) const {
  const list answering = those([&](const entry& each) {
    return !each.on_executor && !each.answers.empty() && each.answers == query_name;
  });
  return std::any_of(answering.begin(), answering.end(),
                     [](const auto& core) { return !core->cancelled() && !core->ended(); });
}

bool subscriptions::runs_here() const {
  const list all = those([](const entry&) { return true; });
  return std::any_of(all.begin(), all.end(), [](const auto& core) { return core->runs_here(); });
}

void subscriptions::end_now(const failure& why) {
  for (const auto& each : those([](const entry&) { return true; })) each->end_now(why);
}

void subscriptions::stop_executors() {
  for (const auto& each : those([](const entry& one) { return one.on_executor; })) each->stop();
}

void subscriptions::wait_for_executors() {
  stop_executors();
  for (const auto& each : those([](const entry& one) { return one.on_executor; })) {
    each->wait_idle();
  }
}

}  // namespace serf
