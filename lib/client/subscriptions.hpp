#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "delivery/subscription_core.hpp"

namespace serf {

// The subscriptions with handlers of one client, as long as they live. Any thread.
class subscriptions {
 public:
  // `answers`: the query whose responder runs on the delivery thread; "" none does.
  void add(const std::shared_ptr<delivery::subscription_core>& core, std::string answers,
           bool on_executor);

  // Whether one of them answers that query on the delivery thread.
  bool answer_on_delivery_thread(const std::string& query_name) const;

  // Whether this thread runs a handler of one of them.
  bool runs_here() const;
  // I/O thread: their streams end, and what is queued for them is discarded.
  void end_now(const failure& why);
  // Once their streams have ended: no handler on an executor starts to run after this.
  void stop_executors();
  // Likewise, and none runs.
  void wait_for_executors();

 private:
  using list = std::vector<std::shared_ptr<delivery::subscription_core>>;
  struct entry {
    std::weak_ptr<delivery::subscription_core> core;
    std::string answers;
    bool on_executor;
  };

  template <class Choose>
  list those(Choose chosen) const;

  mutable std::mutex mutex_;
  std::vector<entry> entries_;
  std::size_t sweep_at_ = 16;  // entries, before those that are gone are looked for
};

}  // namespace serf
