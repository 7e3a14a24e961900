#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <serf/connection.hpp>
#include <serf/handler.hpp>
#include <serf/subscription.hpp>

#include "delivery/delivery_thread.hpp"
#include "vocabulary/log.hpp"

namespace serf {

// Who wants to hear of the connection's changes. Any thread; handlers run on the delivery thread,
// in the order of the changes. While that is held up, so many changes wait for each; then the
// oldest are dropped, and the log says how many.
class connection_watchers {
 public:
  static constexpr std::size_t most = 100;

  connection_watchers(delivery::delivery_thread& delivery, log log, connection_event first)
      : delivery_(delivery), log_(std::move(log)), latest_(std::move(first)) {}

  // `told` hears of the latest change at once, and then of each.
  subscription add(handler_of<connection_event> told);
  void tell(const connection_event& change);

 private:
  class backlog;
  class watcher;
  struct entry {
    std::weak_ptr<watcher> who;
    std::shared_ptr<backlog> changes;
  };
  void post(const entry& whom, const connection_event& change);  // the mutex is held
  void forget_the_gone();                                        // the mutex is held

  delivery::delivery_thread& delivery_;
  const log log_;
  std::mutex mutex_;
  connection_event latest_;
  std::vector<entry> watchers_;
};

}  // namespace serf
