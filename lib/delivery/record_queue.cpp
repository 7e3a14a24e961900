#include "delivery/record_queue.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>
#include <variant>

#include "delivery/record_queue_taking.hpp"

namespace serf::delivery {
namespace {

// Gives how many gaps there are more.
std::size_t add(std::optional<std::uint64_t>& missing, std::uint64_t records) {
  const std::size_t begun = missing ? 0 : 1;
  missing = missing.value_or(0) + records;
  return begun;
}

}  // namespace

template <class T>
record_queue<T>::record_queue(const stream_options& limits)
    : max_records_(std::max<std::size_t>(limits.max_records(), 1)),
      max_bytes_(std::max<std::size_t>(limits.max_bytes(), 1)),
      overflow_(limits.overflow()) {}

template <class T>
bool record_queue<T>::push(std::vector<entry>& batch) {
  bool wanted = false;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!end_) {
      const bool was_idle = is_idle();
      const std::size_t records = batch.size();
      // What makes room moves into the batch: it is freed with it, once the lock is released.
      for (std::size_t i = 0; i < records; ++i) {
        if (accept(batch, i)) continue;
        for (; i < records; ++i) drop_one();
      }
      wanted = !end_;
      if (records > 0) wake(lock, was_idle, records);
    }
  }
  batch.clear();
  return wanted;
}

// False: the queue has ended instead.
template <class T>
bool record_queue<T>::accept(std::vector<entry>& batch, std::size_t at) {
  const std::size_t bytes = batch[at].bytes;
  if (bytes > max_bytes_) {
    drop_one();
    return true;
  }
  if (is_full(bytes)) {
    if (overflow_ == overflow_policy::close) {
      end_by_overflow();
      return false;
    }
    if (overflow_ == overflow_policy::drop_newest) {
      drop_one();
      return true;
    }
  }
  T record = std::move(batch[at].record);
  while (is_full(bytes)) drop_oldest(batch, at);
  if (!keep(std::move(record), bytes)) {
    drop_one();
    return true;
  }
  ++counters_.received;
  ++counters_.queued;
  counters_.bytes += bytes;
  counters_.max_queued = std::max(counters_.max_queued, counters_.queued);
  return true;
}

template <class T>
bool record_queue<T>::is_full(std::size_t more_bytes) const noexcept {
  return counters_.queued >= max_records_ || counters_.bytes > max_bytes_ - more_bytes;
}

// False: there is no memory for it.
template <class T>
bool record_queue<T>::keep(T&& record, std::size_t bytes) noexcept {
  try {
    if (tail_) {
      slots_.push_back({gap{gap_reason::dropped, *tail_}, 0});
      tail_.reset();
    }
    slots_.push_back({std::move(record), bytes});
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

template <class T>
void record_queue<T>::drop_one() {
  ++counters_.received;
  ++counters_.dropped;
  counters_.gaps += add(tail_, 1);
}

// The first record goes; the gaps before it become one with the one that stands for it.
template <class T>
void record_queue<T>::drop_oldest(std::vector<entry>& retired, std::size_t at) {
  const bool begins = !head_ && !std::holds_alternative<gap>(slots_.front().record);
  if (begins) ++counters_.gaps;
  bool is_record = false;
  while (!is_record) {
    entry& first = slots_.front();
    if (const gap* missing = std::get_if<gap>(&first.record)) {
      add(head_, missing->count);
    } else {
      is_record = true;
      add(head_, 1);
      --counters_.queued;
      ++counters_.dropped;
      counters_.bytes -= first.bytes;
      if (retired[at].bytes != 0) {
        retired[at] = {std::move(first.record), 0};
      } else {
        try {
          retired.push_back(std::move(first));
        } catch (const std::bad_alloc&) {  // then it is freed here, under the lock
        }
      }
    }
    slots_.pop_front();
  }
  // Two gaps of the same reason in a row are one.
  while (!slots_.empty()) {
    const gap* missing = std::get_if<gap>(&slots_.front().record);
    if (missing == nullptr || missing->reason != gap_reason::dropped) return;
    add(head_, missing->count);
    slots_.pop_front();
  }
  if (tail_) add(head_, *std::exchange(tail_, std::nullopt));
}

template <class T>
void record_queue<T>::end_by_overflow() {
  const bool records = counters_.queued >= max_records_;
  end_.state = stream_state::overflow;
  end_.failure.emplace(
      errc::overloaded,
      "the stream was closed, since its consumer does not keep up: its queue holds all that "
      "stream_options::" +
          (records ? "max_records allows, " + std::to_string(max_records_) + " records"
                   : "max_bytes allows, " + std::to_string(max_bytes_) + " bytes"));
}

template <class T>
void record_queue<T>::push_gap(gap what) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (end_) return;
  const bool was_idle = is_idle();
  gap* const last = slots_.empty() ? nullptr : std::get_if<gap>(&slots_.back().record);
  const bool again = last != nullptr && last->reason == what.reason;
  // Behind the gap of what was dropped, that one stands for it, too: where it would go as records
  // do, and where one like it stands before that already. However often both come, they do not pile
  // up.
  const bool is_said = tail_ && what.reason == gap_reason::reconnected &&
                       (again || overflow_ == overflow_policy::drop_newest);
  if (what.reason == gap_reason::dropped || is_said) {
    counters_.gaps += add(tail_, what.count);
  } else if (again && (last->count == 0) == (what.count == 0)) {
    last->count += what.count;
  } else if (keep(what, 0)) {
    ++counters_.gaps;
  } else {
    counters_.gaps += add(tail_, what.count);
  }
  wake(lock, was_idle, 1);
}

template <class T>
void record_queue<T>::lose(std::uint64_t records) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (end_ || records == 0) return;
  const bool was_idle = is_idle();
  counters_.received += records;
  counters_.dropped += records;
  counters_.gaps += add(tail_, records);
  wake(lock, was_idle, 1);
}

template <class T>
void record_queue<T>::finish(stream_end why) {
  finish(std::move(why), false);
}
template <class T>
void record_queue<T>::finish_now(stream_end why) {
  finish(std::move(why), true);
}

template <class T>
void record_queue<T>::finish(stream_end&& why, bool discarding) {
  discarded gone;
  if (discarding) make(gone);
  std::unique_lock<std::mutex> lock(mutex_);
  const bool was_idle = is_idle();
  if (!end_) end_ = std::move(why);
  if (discarding) discard(gone);
  wake(lock, was_idle, waiters_);
}

template <class T>
bool record_queue<T>::wanted() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !end_;
}

// Shows that something has come, and releases the lock.
template <class T>
void record_queue<T>::wake(std::unique_lock<std::mutex>& lock, bool was_idle, std::size_t added) {
  show();
  const std::size_t waiters = waiters_;
  const bool all = end_ || added > 1;
  const bool tell = was_idle && !is_idle();
  lock.unlock();
  if (waiters > 0) all ? changed_.notify_all() : changed_.notify_one();
  if (tell && on_ready_) on_ready_();
}

// An empty deque takes memory, too. Without any the records are freed under the lock.
template <class T>
void record_queue<T>::make(discarded& room) noexcept {
  try {
    room.emplace();
  } catch (const std::bad_alloc&) {
  }
}

template <class T>
void record_queue<T>::discard(discarded& into) noexcept {
  into ? into->swap(slots_) : slots_.clear();
  head_.reset();
  tail_.reset();
  counters_.dropped += counters_.queued;
  counters_.queued = 0;
  counters_.bytes = 0;
}

template <class T>
void record_queue<T>::close() noexcept {
  discarded gone;
  make(gone);
  std::function<void()> hook;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(closed_, true)) return;
    if (!end_) end_.state = stream_state::closed;
    discard(gone);
    hook.swap(on_close_);
    show();
  }
  changed_.notify_all();
  try {
    if (hook) hook();
  } catch (...) {
    // No memory to tell the feed. Its next push is told that nothing more is wanted.
  }
}

template <class T>
bool record_queue<T>::closed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return closed_;
}

template <class T>
void record_queue<T>::release() noexcept {
  close();
  ready_descriptor gone;
  const std::lock_guard<std::mutex> lock(mutex_);
  gone = std::move(descriptor_);
}

template class record_queue<event>;
template class record_queue<log_entry>;
template class record_queue<query_reply>;

}  // namespace serf::delivery
