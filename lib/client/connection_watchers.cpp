#include "client/connection_watchers.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "delivery/subscription_core.hpp"

namespace serf {

class connection_watchers::watcher final : public delivery::subscription_core {
 public:
  watcher(handler_of<connection_event> told, delivery::delivery_thread::mailbox mail)
      : mail_(std::move(mail)), told_(std::move(told)) {}
  void tell(const connection_event& change) {
    run([&] { (*told_)(change); });
  }

 private:
  void drop_handlers() override { told_.reset(); }
  void drop_elsewhere() override {
    mail_.post([self = shared_from_this()] { static_cast<watcher&>(*self).drop_if_idle(); });
  }

  const delivery::delivery_thread::mailbox mail_;
  std::optional<handler_of<connection_event>> told_;
};

subscription connection_watchers::add(handler_of<connection_event> told) {
  auto added = std::make_shared<watcher>(std::move(told), delivery_.mail());
  added->opened({});
  // Posted under the lock, so that no change overtakes another on its way to the delivery thread.
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_the_gone();
  watchers_.push_back(added);
  post(added, latest_);
  return subscription(std::move(added));
}

void connection_watchers::tell(const connection_event& change) {
  const std::lock_guard<std::mutex> lock(mutex_);
  latest_ = change;
  forget_the_gone();
  for (const auto& each : watchers_) {
    if (auto who = each.lock()) post(std::move(who), change);
  }
}

void connection_watchers::forget_the_gone() {
  const auto is_gone = [](const std::weak_ptr<watcher>& each) { return each.expired(); };
  watchers_.erase(std::remove_if(watchers_.begin(), watchers_.end(), is_gone), watchers_.end());
}

// The job takes the share over: kept here, it could be the last one, and destroy the handler on
// this thread.
void connection_watchers::post(std::shared_ptr<watcher> who, const connection_event& change) {
  delivery_.post("on_connection", [who = std::move(who), change] { who->tell(change); });
}

}  // namespace serf
