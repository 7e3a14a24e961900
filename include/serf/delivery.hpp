#pragma once

#include <functional>
#include <utility>

#include <serf/export.hpp>

namespace serf {

// Runs what it is given, once, some time later, on a thread of its own choice: the application's
// thread pool or event loop. Called on serf-executor, a thread that does nothing else, and by a job
// for what is left to do after it: so it must be thread safe, and must not run the job itself on
// serf-executor. While it waits there, for room in a queue of its own, say, the client's other
// executors wait, too, and nothing else does; within a job it must not wait for jobs.
using executor = std::function<void(std::function<void()> job)>;

namespace delivery {

// Which thread the handlers of a subscription run on.
class SERF_EXPORT place {
 public:
  place() = default;  // the client's delivery thread
  explicit place(executor where) : executor_(std::move(where)) {}

  const executor& where() const noexcept { return executor_; }  // empty: the delivery thread

 private:
  executor executor_;
};

// On the application's own threads. The handlers of one subscription keep their order and do not
// overlap even where the executor has many threads; those of several subscriptions may. A job that
// the executor throws on, or destroys without having run it, ends the subscription.
inline place on(executor where) { return place(std::move(where)); }

}  // namespace delivery
}  // namespace serf
