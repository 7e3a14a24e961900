#include "client/connection_watchers.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "delivery/subscription_core.hpp"

namespace serf {

// The changes that wait for one handler. Apart from that, so that a change can be dropped without a
// share of the handler, which could be the last one, and destroy it on this thread.
class connection_watchers::backlog {
 public:
  // False: one that waits already was dropped for it.
  bool add(const connection_event& change) {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back(change);
    if (waiting_.size() <= most) return true;
    waiting_.pop_front();
    ++dropped_;
    return false;
  }
  connection_event take(std::size_t& dropped) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    dropped = std::exchange(dropped_, 0);
    return next;
  }

 private:
  std::mutex mutex_;
  std::deque<connection_event> waiting_;  // for each, a job is on its way
  std::size_t dropped_ = 0;
};

class connection_watchers::watcher final : public delivery::subscription_core {
 public:
  watcher(handler_of<connection_event> told, std::shared_ptr<backlog> changes,
          delivery::delivery_thread::mailbox mail, log log)
      : changes_(std::move(changes)),
        mail_(std::move(mail)),
        log_(std::move(log)),
        told_(std::move(told)) {}

  // Delivery thread.
  void tell_next() {
    std::size_t dropped = 0;
    const auto next = changes_->take(dropped);
    if (dropped > 0 && log_.enabled(log_level::warn)) {
      log_.write(log_level::warn, "on_connection: " + std::to_string(dropped) +
                                      " changes were dropped while handlers were held up");
    }
    run([&] { (*told_)(next); });
  }

 private:
  void drop_handlers() override { told_.reset(); }
  void drop_elsewhere() override {
    mail_.post([self = shared_from_this()] { static_cast<watcher&>(*self).drop_if_idle(); });
  }

  const std::shared_ptr<backlog> changes_;
  const delivery::delivery_thread::mailbox mail_;
  const log log_;
  std::optional<handler_of<connection_event>> told_;
};

subscription connection_watchers::add(handler_of<connection_event> told) {
  auto changes = std::make_shared<backlog>();
  auto added = std::make_shared<watcher>(std::move(told), changes, delivery_.mail(), log_);
  added->opened({});
  // Posted under the lock, so that no change overtakes another on its way to the delivery thread.
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_the_gone();
  watchers_.push_back({added, std::move(changes)});
  post(watchers_.back(), latest_);
  return subscription(std::move(added));
}

void connection_watchers::tell(const connection_event& change) {
  const std::lock_guard<std::mutex> lock(mutex_);
  latest_ = change;
  forget_the_gone();
  for (const auto& each : watchers_) post(each, change);
}

void connection_watchers::forget_the_gone() {
  const auto is_gone = [](const entry& each) { return each.who.expired(); };
  watchers_.erase(std::remove_if(watchers_.begin(), watchers_.end(), is_gone), watchers_.end());
}

// The job takes the share over: kept here, it could be the last one, and destroy the handler on
// this thread.
void connection_watchers::post(const entry& whom, const connection_event& change) {
  if (!whom.changes->add(change)) return;
  if (auto who = whom.who.lock()) {
    delivery_.post("on_connection", [who = std::move(who)] { who->tell_next(); });
  }
}

}  // namespace serf
