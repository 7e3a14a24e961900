#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include <serf/metrics.hpp>
#include <serf/stream_options.hpp>

#include "delivery/record_queue.hpp"

namespace serf {

// The sums of all queues of a client, those that are gone included. Any thread. A queue counts
// itself; here it is only asked.
class stream_totals : public std::enable_shared_from_this<stream_totals> {
 public:
  // A queue whose numbers stay when it goes.
  template <class T>
  std::shared_ptr<delivery::record_queue<T>> make_queue(const stream_options& how) {
    auto made = std::make_unique<delivery::record_queue<T>>(how);
    add(made.get(), {[queue = made.get()] { return queue->counters(); },
                     [queue = made.get()] { return queue->closed(); }});
    return std::shared_ptr<delivery::record_queue<T>>(
        made.release(), [totals = shared_from_this()](delivery::record_queue<T>* gone) {
          totals->remove(gone);
          delete gone;
        });
  }

  stream_metrics all() const;

 private:
  struct asked {
    std::function<stream_counters()> count;
    std::function<bool()> closed;  // its consumer is gone; its feed may still have it
  };
  void add(const void* queue, asked what);
  void remove(const void* queue);
  static void sum(stream_metrics& total, const stream_counters& of);

  mutable std::mutex mutex_;  // held while a queue's own is taken, never the other way round
  std::map<const void*, asked> all_;
  stream_metrics gone_;
};

}  // namespace serf
