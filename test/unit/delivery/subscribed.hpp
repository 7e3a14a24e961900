#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <serf/handlers.hpp>
#include <serf/subscription.hpp>

#include "delivery/handled_subscription.hpp"
#include "records.hpp"

namespace serf::delivery {

using event_subscription = handled_subscription<event, event_handlers>;

inline const std::string deploy = "the subscription to user:deploy";

// A queue with handlers on it, as the client puts them together.
struct subscribed {
  subscribed(delivery_thread& thread, event_handlers handlers, delivery::place where = {},
             int concurrency = 1, event_subscription::gap_hook unhandled = {})
      : core(event_subscription::make(queue, std::move(handlers),
                                      {std::move(where), concurrency, deploy}, thread,
                                      std::move(unhandled))),
        handle(core) {}

  const std::shared_ptr<event_queue> queue = std::make_shared<event_queue>(stream_options());
  std::shared_ptr<event_subscription> core;
  subscription handle;
};

// What happened, in order. Any thread.
class notes {
 public:
  void add(std::string what) {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_.push_back(std::move(what));
  }
  texts all() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return seen_;
  }

 private:
  mutable std::mutex mutex_;
  texts seen_;
};

// Handlers that note all they hear.
inline event_handlers noting(notes& seen) {
  event_handlers handlers([&seen](const event& e) { seen.add(in_short(e)); });
  handlers.on_start([&seen](const result<void>& r) { seen.add(r ? "start" : "refused"); })
      .on_end([&seen](const stream_end& end) { seen.add(to_string(end.state)); });
  return handlers;
}

}  // namespace serf::delivery
