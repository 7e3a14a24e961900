#include <serf/stream.hpp>

#include "delivery/record_queue.hpp"

namespace serf {

template <class T>
pull_stream<T>::pull_stream() noexcept = default;
template <class T>
pull_stream<T>::pull_stream(std::shared_ptr<delivery::record_queue<T>> queue) noexcept
    : queue_(std::move(queue)) {}
template <class T>
pull_stream<T>::~pull_stream() {
  close();
}
template <class T>
pull_stream<T>::pull_stream(pull_stream&& other) noexcept = default;

template <class T>
pull_stream<T>& pull_stream<T>::operator=(pull_stream&& other) noexcept {
  if (this != &other) {
    close();
    queue_ = std::move(other.queue_);
  }
  return *this;
}

template <class T>
std::optional<T> pull_stream<T>::next() {
  return queue_ ? queue_->next() : std::nullopt;
}
template <class T>
std::optional<T> pull_stream<T>::next_for(duration timeout) {
  return queue_ ? queue_->next_for(timeout) : std::nullopt;
}
template <class T>
std::optional<T> pull_stream<T>::try_next() {
  return queue_ ? queue_->try_next() : std::nullopt;
}
template <class T>
std::size_t pull_stream<T>::drain(std::vector<T>& into) {
  return queue_ ? queue_->drain(into) : 0;
}
template <class T>
typename pull_stream<T>::native_handle_type pull_stream<T>::native_handle() {
  return queue_ ? queue_->native_handle() : -1;
}
template <class T>
stream_counters pull_stream<T>::counters() const {
  return queue_ ? queue_->counters() : stream_counters();
}
template <class T>
stream_end pull_stream<T>::end() const {
  return queue_ ? queue_->end() : stream_end{stream_state::closed, {}};
}
template <class T>
void pull_stream<T>::close() noexcept {
  if (queue_) queue_->close();
}

template class pull_stream<event>;
template class pull_stream<log_entry>;
template class pull_stream<query_reply>;

}  // namespace serf
