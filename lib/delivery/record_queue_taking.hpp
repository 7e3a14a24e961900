#pragma once

// The consumer's half of record_queue, for record_queue.cpp alone.

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <serf/error.hpp>

#include "delivery/record_queue.hpp"

namespace serf::delivery {

// No later than the end of time.
inline std::chrono::steady_clock::time_point after(std::chrono::nanoseconds timeout) noexcept {
  using time_point = std::chrono::steady_clock::time_point;
  const auto now = std::chrono::steady_clock::now();
  return timeout < time_point::max() - now ? now + timeout : time_point::max();
}

// The lock is held, as in the functions below that bear no lock of their own.
template <class T>
std::optional<T> record_queue<T>::take() {
  std::optional<T> taken;
  if (head_) {
    taken.emplace(gap{gap_reason::dropped, *head_});
    head_.reset();
  } else if (!slots_.empty()) {
    entry& first = slots_.front();
    if (!std::holds_alternative<gap>(first.record)) {
      ++counters_.delivered;
      --counters_.queued;
      counters_.bytes -= first.bytes;
    }
    taken.emplace(std::move(first.record));
    slots_.pop_front();
  } else if (tail_) {
    taken.emplace(gap{gap_reason::dropped, *tail_});
    tail_.reset();
  }
  if (is_empty()) show();
  return taken;
}

template <class T>
std::optional<T> record_queue<T>::try_next() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return take();
}

template <class T>
std::optional<T> record_queue<T>::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (is_idle()) {
    ++waiters_;
    changed_.wait(lock);
    --waiters_;
  }
  return take();
}

template <class T>
std::optional<T> record_queue<T>::next_for(std::chrono::nanoseconds timeout) {
  const auto until = after(timeout);
  std::unique_lock<std::mutex> lock(mutex_);
  while (is_idle()) {
    ++waiters_;
    const auto woken = changed_.wait_until(lock, until);
    --waiters_;
    if (woken == std::cv_status::timeout) break;
  }
  return take();
}

template <class T>
std::size_t record_queue<T>::drain(std::vector<T>& into) {
  std::deque<entry> taken;
  std::optional<std::uint64_t> head, tail;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    // Room is made without the lock, and before anything is taken: it may fail.
    for (;;) {
      const std::size_t needed = into.size() + slots_.size() + 2;
      if (needed <= into.capacity()) break;
      lock.unlock();
      into.reserve(std::max(needed, 2 * into.capacity()));
      lock.lock();
    }
    taken.swap(slots_);
    head.swap(head_);
    tail.swap(tail_);
    counters_.delivered += counters_.queued;
    counters_.queued = 0;
    counters_.bytes = 0;
    show();
  }
  const std::size_t before = into.size();
  if (head) into.emplace_back(gap{gap_reason::dropped, *head});
  for (entry& each : taken) into.push_back(std::move(each.record));
  if (tail) into.emplace_back(gap{gap_reason::dropped, *tail});
  return into.size() - before;
}

template <class T>
int record_queue<T>::native_handle() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (descriptor_.is_made()) return descriptor_.number();
  }
  auto made = ready_descriptor::make();
  if (!made.is_made()) {
    raise(failure(errc::no_resources, "no descriptor to wait on for records: " +
                                          std::generic_category().message(errno)));
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!descriptor_.is_made()) {  // otherwise another thread was faster
    descriptor_ = std::move(made);
    show();
  }
  return descriptor_.number();
}

template <class T>
stream_counters record_queue<T>::counters() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counters_;
}

template <class T>
stream_end record_queue<T>::end() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return end_;
}

template <class T>
bool record_queue<T>::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !is_empty();
}

template <class T>
bool record_queue<T>::at_end() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return end_ && is_empty();
}

}  // namespace serf::delivery
