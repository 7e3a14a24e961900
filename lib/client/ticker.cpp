#include "client/ticker.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "session/deadline_queue.hpp"

namespace serf {

class ticker::beat final : public delivery::subscription_core {
 public:
  beat(std::chrono::nanoseconds period, basic_handler<subscription_ref> told,
       delivery::delivery_thread::mailbox mail)
      : next(session::after(clock::now(), period)),
        period_(period),
        told_(std::move(told)),
        mail_(std::move(mail)) {}

  // I/O thread; takes the share with it, which may be the last one.
  static void due(std::shared_ptr<beat> self, clock::time_point now) {
    const auto missed = (now - self->next) / self->period_;
    self->next = session::after(self->next, self->period_ * missed);
    self->next = session::after(self->next, self->period_);
    if (self->posted_.exchange(true)) return;
    const auto mail = self->mail_;
    const std::weak_ptr<beat> unposted = self;
    try {
      mail.post([self = std::move(self)] {
        self->posted_ = false;
        self->run([&] {
          self->mail_.call(self->name_, [&] { (*self->told_)(subscription_ref(self)); });
        });
      });
    } catch (...) {
      if (const auto who = unposted.lock()) who->posted_ = false;  // this one is left out
      throw;
    }
  }

  clock::time_point next;  // the I/O thread's own, once it is added

 private:
  void drop_handlers() override { told_.reset(); }
  void drop_elsewhere() override {
    mail_.post(
        [self = std::static_pointer_cast<beat>(shared_from_this())] { self->drop_if_idle(); });
  }

  const std::chrono::nanoseconds period_;
  const std::string name_ = "every";
  std::optional<basic_handler<subscription_ref>> told_;
  const delivery::delivery_thread::mailbox mail_;
  std::atomic<bool> posted_{false};
};

ticker::ticker(transport::io_thread& io, delivery::delivery_thread::mailbox mail)
    : io_(io), mail_(std::move(mail)), clock_(io.make_link(*this)) {}

subscription ticker::every(std::chrono::nanoseconds period, basic_handler<subscription_ref> told) {
  auto added = std::make_shared<beat>(period, std::move(told), mail_);
  added->opened({});
  io_.post([this, who = std::weak_ptr<beat>(added)] { add(who); });
  return subscription(std::move(added));
}

void ticker::add(std::weak_ptr<beat> added) {
  if (ended_) return;
  beats_.push_back(std::move(added));
  clock_->wake();  // which arms: an exception there is the link's to get over
}

void ticker::on_timer() {
  const auto now = clock::now();
  for (auto& each : beats_) {
    auto who = each.lock();
    if (who && !who->cancelled() && who->next <= now) beat::due(std::move(who), now);
  }
  arm();
}

// Also forgets those who are gone: their shares are not to be held longer than that takes, since a
// handler is destroyed by whoever lets go of it last, and cancel() has done so before.
void ticker::arm() {
  const auto is_gone = [](const std::weak_ptr<beat>& each) {
    const auto who = each.lock();
    return !who || who->cancelled();
  };
  beats_.erase(std::remove_if(beats_.begin(), beats_.end(), is_gone), beats_.end());
  auto next = clock::time_point::max();
  for (const auto& each : beats_) {
    if (const auto who = each.lock()) next = std::min(next, who->next);
  }
  clock_->arm(next);
}

// An exception, most likely for want of memory: what was due then is left out, if need be.
void ticker::on_failed(const transport::link_failure&) {
  clock_->reset();
  arm();
}

void ticker::end() {
  ended_ = true;
  beats_.clear();
  clock_->close();
}

}  // namespace serf
