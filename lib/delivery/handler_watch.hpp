#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace serf::delivery {

// Finds handlers that run for longer than the limit, while they still run. It has neither thread
// nor timer: its owner checks when it is told to. Any thread; its lock guards a few words.
class handler_watch {
 public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  // `arm` asks the owner to come for next(), on whichever thread starts a handler, with no lock
  // held; not again before next() has given nothing. At most one such wake in the time of a limit,
  // however many handlers start. Limit 0: nothing is watched.
  handler_watch(std::chrono::nanoseconds limit, std::function<void()> arm);
  // `arm` is not called any more. Does not wait for a call of it that is running.
  void stop();

  // A handler runs as long as this lives. `name` outlives it.
  class running {
   public:
    running(handler_watch& watch, std::string_view name, bool on_delivery_thread = false);
    ~running();
    running(const running&) = delete;
    running& operator=(const running&) = delete;

   private:
    friend class handler_watch;
    handler_watch& watch_;
    const std::string_view name_;
    const bool on_delivery_thread_;
    bool told_ = false;
    time_point started_;
    running* previous_ = nullptr;
    running* next_ = nullptr;
  };

  struct slow {
    std::string name;
    std::chrono::nanoseconds running_for;
    bool on_delivery_thread;  // it holds up the other handlers and the log
  };
  // Those over the limit, each once.
  std::vector<slow> check(time_point now);
  // When to check next. Nothing: no check is due; arm is called when the next handler starts.
  std::optional<time_point> next();

 private:
  time_point due(time_point started) const noexcept;

  const std::chrono::nanoseconds limit_;
  std::mutex mutex_;
  std::shared_ptr<const std::function<void()>> arm_;
  running* first_ = nullptr;
  bool armed_ = false;
  // The start that arm was called for, if not checked since: a check is kept for it even where it
  // has returned, or the next start would call arm again.
  std::optional<time_point> armed_for_;
};

}  // namespace serf::delivery
