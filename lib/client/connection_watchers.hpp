#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <serf/connection.hpp>
#include <serf/handler.hpp>
#include <serf/subscription.hpp>

#include "delivery/delivery_thread.hpp"

namespace serf {

// Who wants to hear of the connection's changes. Any thread; handlers run on the delivery thread,
// in the order of the changes.
class connection_watchers {
 public:
  connection_watchers(delivery::delivery_thread& delivery, connection_event first)
      : delivery_(delivery), latest_(std::move(first)) {}

  // `told` hears of the latest change at once, and then of each.
  subscription add(handler_of<connection_event> told);
  void tell(const connection_event& change);

 private:
  class watcher;
  void post(std::shared_ptr<watcher> who, const connection_event& change);
  void forget_the_gone();  // the mutex is held

  delivery::delivery_thread& delivery_;
  std::mutex mutex_;
  connection_event latest_;
  std::vector<std::weak_ptr<watcher>> watchers_;
};

}  // namespace serf
