#pragma once

#include <chrono>
#include <cstddef>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <serf/codec.hpp>
#include <serf/event.hpp>
#include <serf/query.hpp>
#include <serf/stream.hpp>

namespace serf {

namespace coding {
template <class Codec>
using shared = std::shared_ptr<const Codec>;
}

// What carries a payload, with its value beside it. The bytes as they came stand in `payload`; ==
// compares those.

template <class V>
struct coded_user_event : user_event {
  decoded<V> value;
};

template <class Codec>
struct coded_query_event : query_event {
  using value_type = typename Codec::value_type;

  coded_query_event() = default;
  coded_query_event(query_event plain, coding::shared<Codec> codec)
      : query_event(std::move(plain)),
        value(coding::decode(*codec, payload)),
        codec_(std::move(codec)) {}

  decoded<value_type> value;

  // As of query_event, with a value, or with none. A value that the codec cannot encode:
  // std::invalid_argument, nothing is sent, and another may follow.
  std::future<void> respond(const value_type& response) const {
    if (!codec_) return respond();
    return query_event::respond(coding::encode(*codec_, response).value());
  }
  std::future<void> respond() const { return query_event::respond({}); }

 private:
  coding::shared<Codec> codec_;
};

template <class V>
struct coded_query_response : query_response {
  decoded<V> value;
};

// As of query_result.
template <class V>
struct coded_query_result {
  std::vector<query_ack> acks;
  std::vector<coded_query_response<V>> responses;
  query_end ended = query_end::done;
  std::optional<serf::failure> failure;
};

template <class Codec>
using coded_event = std::variant<member_event, coded_user_event<typename Codec::value_type>,
                                 coded_query_event<Codec>, unknown_event, gap>;
template <class Codec>
using coded_query_reply =
    std::variant<query_ack, coded_query_response<typename Codec::value_type>, gap>;

template <class Codec, class Plain>
class coded_stream;

// Called by their full names: a codec's own namespace may have a decode(), too.
namespace coding {

template <class Codec>
coded_user_event<typename Codec::value_type> decode(const shared<Codec>& codec, user_event what) {
  auto value = coding::decode(*codec, what.payload);
  return {std::move(what), std::move(value)};
}
template <class Codec>
coded_query_event<Codec> decode(const shared<Codec>& codec, query_event what) {
  return {std::move(what), codec};
}
template <class Codec>
coded_query_response<typename Codec::value_type> decode(const shared<Codec>& codec,
                                                        query_response what) {
  auto value = coding::decode(*codec, what.payload);
  return {std::move(what), std::move(value)};
}
template <class Codec>
coded_event<Codec> decode(const shared<Codec>& codec, event what) {
  if (auto* const user = std::get_if<user_event>(&what)) {
    return coding::decode(codec, std::move(*user));
  }
  if (auto* const query = std::get_if<query_event>(&what)) {
    return coding::decode(codec, std::move(*query));
  }
  if (auto* const member = std::get_if<member_event>(&what)) return std::move(*member);
  if (auto* const missing = std::get_if<gap>(&what)) return *missing;
  return std::move(*std::get_if<unknown_event>(&what));
}
template <class Codec>
coded_query_reply<Codec> decode(const shared<Codec>& codec, query_reply what) {
  if (auto* const response = std::get_if<query_response>(&what)) {
    return coding::decode(codec, std::move(*response));
  }
  if (auto* const ack = std::get_if<query_ack>(&what)) return std::move(*ack);
  return *std::get_if<gap>(&what);
}
template <class Codec>
coded_query_result<typename Codec::value_type> decode(const shared<Codec>& codec,
                                                      query_result what) {
  coded_query_result<typename Codec::value_type> all;
  all.acks = std::move(what.acks);
  all.responses.reserve(what.responses.size());
  for (auto& each : what.responses) {
    all.responses.push_back(coding::decode(codec, std::move(each)));
  }
  all.ended = what.ended;
  all.failure = std::move(what.failure);
  return all;
}
template <class Codec, class Plain>
coded_stream<Codec, Plain> decode(const shared<Codec>& codec, pull_stream<Plain> what) {
  return {std::move(what), codec};
}

}  // namespace coding

// A stream whose records are decoded by the thread that takes them. Otherwise as pull_stream.
template <class Codec, class Plain>
class coded_stream {
 public:
  using value_type =
      decltype(coding::decode(std::declval<coding::shared<Codec>>(), std::declval<Plain>()));
  using native_handle_type = typename pull_stream<Plain>::native_handle_type;
  class iterator;

  coded_stream() = default;  // of nothing: closed
  coded_stream(pull_stream<Plain> plain, coding::shared<Codec> codec)
      : plain_(std::move(plain)), codec_(std::move(codec)) {}

  std::optional<value_type> next() { return decoded_one(plain_.next()); }
  std::optional<value_type> next_for(duration timeout) {
    return decoded_one(plain_.next_for(timeout));
  }
  std::optional<value_type> try_next() { return decoded_one(plain_.try_next()); }
  std::size_t drain(std::vector<value_type>& into) {
    std::vector<Plain> all;
    const std::size_t count = plain_.drain(all);
    into.reserve(into.size() + count);
    for (Plain& each : all) into.push_back(coding::decode(codec_, std::move(each)));
    return count;
  }

  native_handle_type native_handle() { return plain_.native_handle(); }
  stream_counters counters() const { return plain_.counters(); }
  stream_end end() const { return plain_.end(); }
  bool at_end() const { return plain_.at_end(); }
  void close() noexcept { plain_.close(); }
  void request_close() noexcept { plain_.request_close(); }
  iterator begin() { return iterator(*this); }

 private:
  std::optional<value_type> decoded_one(std::optional<Plain> plain) const {
    if (!plain) return std::nullopt;
    return coding::decode(codec_, std::move(*plain));
  }

  pull_stream<Plain> plain_;
  coding::shared<Codec> codec_;
};

template <class Codec, class Plain>
class coded_stream<Codec, Plain>::iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = typename coded_stream::value_type;
  using difference_type = std::ptrdiff_t;
  using pointer = value_type*;
  using reference = value_type&;

  explicit iterator(coded_stream& from) : from_(&from), current_(from.next()) {}
  value_type& operator*() noexcept { return *current_; }
  value_type* operator->() noexcept { return &*current_; }
  iterator& operator++() { return current_ = from_->next(), *this; }
  void operator++(int) { ++*this; }
  friend bool operator!=(const iterator& at, const stream_end&) noexcept {
    return at.current_.has_value();
  }
  friend bool operator==(const iterator& at, const stream_end& end) noexcept {
    return !(at != end);
  }

 private:
  coded_stream* from_;
  std::optional<value_type> current_;
};

// The future of a coded call: what comes is decoded by the thread that gets it.
template <class Coded, class Plain, class Codec>
class coded_future {
 public:
  coded_future() noexcept = default;
  coded_future(std::future<Plain> plain, coding::shared<Codec> codec)
      : plain_(std::move(plain)), codec_(std::move(codec)) {}

  Coded get() { return coding::decode(codec_, plain_.get()); }
  bool valid() const noexcept { return plain_.valid(); }
  void wait() const { plain_.wait(); }
  template <class Rep, class Period>
  std::future_status wait_for(const std::chrono::duration<Rep, Period>& time) const {
    return plain_.wait_for(time);
  }
  template <class Clock, class Duration>
  std::future_status wait_until(const std::chrono::time_point<Clock, Duration>& time) const {
    return plain_.wait_until(time);
  }

 private:
  std::future<Plain> plain_;
  coding::shared<Codec> codec_;
};

}  // namespace serf
