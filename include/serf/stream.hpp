#pragma once

#include <cstddef>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <serf/duration.hpp>
#include <serf/event.hpp>
#include <serf/export.hpp>
#include <serf/log.hpp>
#include <serf/query.hpp>
#include <serf/stream_end.hpp>
#include <serf/stream_options.hpp>

namespace serf {

namespace delivery {
template <class T>
class record_queue;
}

// A queue of records to drain, filled by the client in the background.
//
//   auto stream = client.stream("user").get();
//   while (auto event = stream.next()) ...          // or: for (const serf::event& e : stream)
//
// Move-only. Closed when destroyed. May outlive its client, and end before it. Where records were
// dropped, a gap says how many. When it has ended, what is queued can still be taken; then next()
// gives nullopt, and end() says why.
//
// Thread safety: every method may be called from any thread at any time, several at once; each
// record goes to one of them. Moving, assigning and destroying must not overlap with other uses.
template <class T>
class SERF_EXPORT pull_stream {
 public:
  using value_type = T;
  using native_handle_type = int;
  class iterator;

  pull_stream() noexcept;  // of nothing: closed
  explicit pull_stream(std::shared_ptr<delivery::record_queue<T>> queue) noexcept;
  ~pull_stream();  // close()
  pull_stream(pull_stream&& other) noexcept;
  pull_stream& operator=(pull_stream&& other) noexcept;  // closes what it held

  // Waits for a record without limit. nullopt: the stream has ended, and all was taken.
  std::optional<T> next();
  // Waits so long at most. nullopt: none came, or the stream has ended: at_end() tells which.
  std::optional<T> next_for(duration timeout);
  // Does not wait.
  std::optional<T> try_next();
  // Appends everything queued, in one go, without waiting; how many that was.
  std::size_t drain(std::vector<T>& into);

  // A descriptor for poll(), select() or epoll: readable while records wait or the stream has
  // ended. Only to wait on: never read, write or close it. Made on first use, and valid as long as
  // this stream; without descriptors left: serf::error with errc::no_resources. -1 of a stream of
  // nothing.
  native_handle_type native_handle();

  stream_counters counters() const;
  // open, as long as records may come.
  stream_end end() const;
  // It has ended, and all was taken: nothing comes any more. For loops that do not wait in next():
  // one that asks end() may leave records behind that came just before.
  bool at_end() const;

  // Ends the stream at once: what is queued is discarded, and whoever waits in next() gets nullopt.
  // May be called again. Waits for nothing; request_close() is the same.
  void close() noexcept;
  void request_close() noexcept { close(); }

  // For range-for: waits as next() does.
  iterator begin();

 private:
  std::shared_ptr<delivery::record_queue<T>> queue_;
};

template <class T>
class pull_stream<T>::iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = T*;
  using reference = T&;

  explicit iterator(pull_stream& from) : from_(&from), current_(from.next()) {}

  T& operator*() noexcept { return *current_; }
  T* operator->() noexcept { return &*current_; }
  iterator& operator++() { return current_ = from_->next(), *this; }
  void operator++(int) { ++*this; }

  // What end() gave does not matter: a loop is over when next() says so.
  friend bool operator!=(const iterator& at, const stream_end&) noexcept {
    return at.current_.has_value();
  }
  friend bool operator==(const iterator& at, const stream_end& end) noexcept {
    return !(at != end);
  }

 private:
  pull_stream* from_;
  std::optional<T> current_;
};

template <class T>
typename pull_stream<T>::iterator pull_stream<T>::begin() {
  return iterator(*this);
}

// What a monitor and a query bring. Alternatives are fixed until the next SOVERSION.
using log_entry = std::variant<log_line, gap>;
using query_reply = std::variant<query_ack, query_response, gap>;

using event_stream = pull_stream<event>;
using log_stream = pull_stream<log_entry>;
using query_stream = pull_stream<query_reply>;

extern template class pull_stream<event>;
extern template class pull_stream<log_entry>;
extern template class pull_stream<query_reply>;

SERF_EXPORT std::string to_string(const log_entry& value);
SERF_EXPORT std::string to_string(const query_reply& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const log_entry& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const query_reply& value);

}  // namespace serf
