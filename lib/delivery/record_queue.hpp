#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include <serf/event.hpp>
#include <serf/stream.hpp>
#include <serf/stream_end.hpp>
#include <serf/stream_options.hpp>

#include "delivery/ready_descriptor.hpp"
#include "vocabulary/home_process.hpp"

namespace serf::delivery {

// The bounded queue between the I/O thread and whoever takes the records. T is a variant that holds
// a gap, too. What did not fit is counted, and a gap stands where it is missing: gaps take no room.
// Always: received == delivered + dropped + queued.
template <class T>
class record_queue {
 public:
  struct entry {
    T record;
    std::size_t bytes;  // as the agent sent it
  };

  explicit record_queue(const stream_options& limits);
  record_queue(const record_queue&) = delete;
  record_queue& operator=(const record_queue&) = delete;

  // The I/O thread alone; none of them blocks, or runs user code. Once the queue is closed or has
  // ended they do nothing.

  // Takes all: the batch is empty afterwards, its capacity stays. False: nothing more is wanted.
  bool push(std::vector<entry>& batch);
  // Never dropped, never counted.
  void push_gap(gap what);
  // That many came and could not be kept.
  void lose(std::uint64_t records);
  // No more comes. What is queued can still be taken. The first of several wins.
  void finish(stream_end why);
  // Likewise, and what is queued is discarded: it counts as dropped.
  void finish_now(stream_end why);
  bool wanted() const;

  // The consumer: any thread, several at once.
  std::optional<T> next();
  std::optional<T> next_for(std::chrono::nanoseconds timeout);
  std::optional<T> try_next();
  std::size_t drain(std::vector<T>& into);
  int native_handle();
  stream_counters counters() const;
  stream_end end() const;
  // Something can be taken.
  bool waiting() const;
  // It has ended, and all was taken.
  bool at_end() const;
  // Ends it, by the consumer: what is queued is discarded, whoever waits gets nothing.
  void close() noexcept;
  bool closed() const;
  // close(), and the descriptor goes, although the feed may keep the queue: the consumer is gone.
  void release() noexcept;

  // False in a forked child: there, nothing but this and abandon() may be called.
  bool is_here() const noexcept { return home_.is_here(); }
  // In a forked child: closes its descriptor there, which the parent goes on to use. The rest is
  // leaked.
  void abandon() noexcept { descriptor_.abandon(); }

  // Set once, before the queue is used. Neither is called with the lock held.
  // On the pushing thread, when there was nothing to do for a consumer, and now is: records, a gap,
  // or the end.
  void on_ready(std::function<void()> hook) { on_ready_ = std::move(hook); }
  // On the closing thread, by the first close(); then it is destroyed.
  void on_close(std::function<void()> hook) { on_close_ = std::move(hook); }

 private:
  // What follows is called with the lock held, where it does not take it.
  bool accept(std::vector<entry>& batch, std::size_t at);
  bool keep(T&& record, std::size_t bytes) noexcept;
  bool is_full(std::size_t more_bytes) const noexcept;
  void drop_oldest(std::vector<entry>& retired, std::size_t at);
  void drop_one();
  void end_by_overflow();
  using discarded = std::optional<std::deque<entry>>;  // to be freed without the lock
  static void make(discarded& room) noexcept;
  void discard(discarded& into) noexcept;
  std::optional<T> take();
  bool is_empty() const noexcept { return !head_ && slots_.empty() && !tail_; }
  bool is_idle() const noexcept { return is_empty() && !end_; }
  void wake(std::unique_lock<std::mutex>& lock, bool was_idle, std::size_t added);
  void finish(stream_end&& why, bool discarding);
  void show() { descriptor_.set(!is_idle()); }

  const home_process home_;
  const std::size_t max_records_;
  const std::size_t max_bytes_;
  const overflow_policy overflow_;
  std::function<void()> on_ready_;
  std::function<void()> on_close_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t waiters_ = 0;
  // Dropped before the first slot, and behind the last: gaps that need no memory.
  std::optional<std::uint64_t> head_, tail_;
  std::deque<entry> slots_;  // records and gaps
  stream_counters counters_;
  stream_end end_;
  bool closed_ = false;
  ready_descriptor descriptor_;
};

extern template class record_queue<event>;
extern template class record_queue<log_entry>;
extern template class record_queue<query_reply>;

}  // namespace serf::delivery
