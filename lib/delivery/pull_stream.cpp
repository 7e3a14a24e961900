#include <serf/stream.hpp>

#include "delivery/record_queue.hpp"
#include "vocabulary/home_process.hpp"

namespace serf {
namespace {

// In a forked child a stream has ended: nobody fills it, and its lock may be held for ever.
template <class Queue>
bool is_live(const std::shared_ptr<Queue>& queue) noexcept {
  return queue && queue->is_here();
}

}  // namespace

template <class T>
pull_stream<T>::pull_stream() noexcept = default;
template <class T>
pull_stream<T>::pull_stream(std::shared_ptr<delivery::record_queue<T>> queue) noexcept
    : queue_(std::move(queue)) {}
template <class T>
pull_stream<T>::~pull_stream() {
  if (!queue_) return;
  if (queue_->is_here()) {
    queue_->release();
  } else {
    queue_->abandon();
    leak(queue_);
  }
}
template <class T>
pull_stream<T>::pull_stream(pull_stream&& other) noexcept = default;

template <class T>
pull_stream<T>& pull_stream<T>::operator=(pull_stream&& other) noexcept {
  if (this != &other) {
    const pull_stream ended(std::move(*this));
    queue_ = std::move(other.queue_);
  }
  return *this;
}

template <class T>
std::optional<T> pull_stream<T>::next() {
  return is_live(queue_) ? queue_->next() : std::nullopt;
}
template <class T>
std::optional<T> pull_stream<T>::next_for(duration timeout) {
  return is_live(queue_) ? queue_->next_for(timeout) : std::nullopt;
}
template <class T>
std::optional<T> pull_stream<T>::try_next() {
  return is_live(queue_) ? queue_->try_next() : std::nullopt;
}
template <class T>
std::size_t pull_stream<T>::drain(std::vector<T>& into) {
  return is_live(queue_) ? queue_->drain(into) : 0;
}
template <class T>
typename pull_stream<T>::native_handle_type pull_stream<T>::native_handle() {
  if (queue_ && !queue_->is_here()) raise(forked("native_handle"));
  return queue_ ? queue_->native_handle() : -1;
}
template <class T>
stream_counters pull_stream<T>::counters() const {
  return is_live(queue_) ? queue_->counters() : stream_counters();
}
template <class T>
stream_end pull_stream<T>::end() const {
  if (!queue_) return {stream_state::closed, {}};
  return queue_->is_here() ? queue_->end() : stream_end{stream_state::closed, forked("stream")};
}
template <class T>
bool pull_stream<T>::at_end() const {
  return !is_live(queue_) || queue_->at_end();
}
template <class T>
void pull_stream<T>::close() noexcept {
  if (queue_) queue_->is_here() ? queue_->close() : queue_->abandon();
}

template class pull_stream<event>;
template class pull_stream<log_entry>;
template class pull_stream<query_reply>;

}  // namespace serf
