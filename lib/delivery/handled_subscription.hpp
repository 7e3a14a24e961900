#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include <serf/handlers.hpp>

#include "delivery/record_queue.hpp"
#include "delivery/turns.hpp"

namespace serf::delivery {

// The push face of a queue: its records go to handlers. Handlers is event_handlers, or has the same
// shape: start(), gap_handler(), end(), and operator()(const T&, const subscription_ref&), which
// gives false where none of its handlers takes that.
//
// on_start waits for opened(), and everything else for on_start: an owner that finishes the queue
// opens the subscription, too, with the failure if need be.
template <class T, class Handlers>
class handled_subscription final : public turns {
 public:
  using gap_hook = std::function<void(const gap&)>;

  // `unhandled` hears, where the handlers run, of each gap that no handler took.
  static std::shared_ptr<handled_subscription> make(std::shared_ptr<record_queue<T>> queue,
                                                    Handlers handlers, turn_options how,
                                                    const delivery_thread& delivery,
                                                    gap_hook unhandled) {
    auto made = std::make_shared<handled_subscription>(std::move(queue), std::move(handlers),
                                                       std::move(how), delivery.mail(),
                                                       std::move(unhandled));
    // The share goes with the job: kept by the I/O thread, it could be the last one, and destroy
    // what the user's handlers have captured there.
    made->queue_->on_ready([who = std::weak_ptr<handled_subscription>(made)] {
      if (auto self = who.lock()) schedule(std::move(self));
    });
    return made;
  }

  // For make().
  handled_subscription(std::shared_ptr<record_queue<T>> queue, Handlers handlers, turn_options how,
                       delivery_thread::mailbox delivery, gap_hook unhandled)
      : turns(std::move(how), std::move(delivery)),
        queue_(std::move(queue)),
        handlers_(std::move(handlers)),
        unhandled_(std::move(unhandled)) {}
  ~handled_subscription() override { queue_->close(); }

  bool ended() const override { return at_end(); }
  void end_now(const failure& why) override { queue_->finish_now({stream_state::closed, why}); }
  stream_counters counters() const override { return queue_->counters(); }

 private:
  bool deliver_one(const subscription_ref& self) override {
    bool delivered = false;
    run([&] {
      const auto record = queue_->try_next();
      if (!record) return;
      delivered = true;
      if (is_concurrent() && queue_->waiting()) invite();
      call([&] {
        if ((*handlers_)(*record, self)) return;
        const gap* missing = std::get_if<gap>(&*record);
        if (missing != nullptr && unhandled_) unhandled_(*missing);
      });
    });
    return delivered;
  }

  void deliver_start(const result<void>& outcome, const subscription_ref& self) override {
    run([&] {
      if (auto& handler = handlers_->start()) call([&] { handler(outcome, self); });
    });
  }

  void deliver_end(const subscription_ref& self) override {
    run([&] {
      if (auto& handler = handlers_->end()) call([&] { handler(queue_->end(), self); });
    });
  }

  bool at_end() const override { return queue_->at_end(); }
  void on_cancelled() override { queue_->close(); }
  void drop_handlers() override {
    handlers_.reset();
    turns::drop_handlers();
  }

  const std::shared_ptr<record_queue<T>> queue_;
  std::optional<Handlers> handlers_;  // only within run(), until they are dropped
  const gap_hook unhandled_;
};

extern template class handled_subscription<event, event_handlers>;
extern template class handled_subscription<log_entry, log_handlers>;
extern template class handled_subscription<query_reply, query_handlers>;

}  // namespace serf::delivery
