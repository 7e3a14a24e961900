#pragma once

#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <serf/client.hpp>
#include <serf/coded.hpp>
#include <serf/coded_handlers.hpp>

namespace serf {

// A client whose payloads are values: what is sent is encoded by the calling thread, what comes is
// decoded by the thread that takes it. A payload that cannot be decoded comes as an error in its
// place, with its bytes, and the stream goes on. A value that cannot be encoded is the caller's
// error: std::invalid_argument at the call, or a failure for its handler, and nothing is sent.
//
//   auto coded = serf::with_codec(client, serf::utf8_codec());
//   coded.event("greeting", "Gr\u00fc\u00df Gott").get();
//   for (auto events = coded.stream("user").get(); auto event = events.next();) ...
//
// Refers to its client, and shares all else with it. Copyable; thread safe as the client is.
template <class Codec>
class coded_client {
  static_assert(is_codec<Codec>,
                "a codec is copyable and has value_type, encode() and decode(), both const: see "
                "<serf/codec.hpp>");

  // nullptr is no value, and would be taken for a text.
  template <class N>
  using none = std::enable_if_t<std::is_same_v<N, std::nullptr_t>>;

 public:
  using value_type = typename Codec::value_type;
  using event_type = coded_event<Codec>;
  using query_type = coded_query_event<Codec>;
  using result_type = coded_query_result<value_type>;
  using event_stream_type = coded_stream<Codec, serf::event>;
  using query_stream_type = coded_stream<Codec, query_reply>;
  template <class Coded, class Plain>
  using future = coded_future<Coded, Plain, Codec>;

  coded_client(client& plain, Codec codec)
      : plain_(&plain), codec_(std::make_shared<const Codec>(std::move(codec))) {}

  client& plain() const noexcept { return *plain_; }
  const Codec& codec() const noexcept { return *codec_; }

  // All as of client. A value takes the place of the payload that the request has; without a value
  // that one is sent as it is.
  std::future<void> event(user_event_request what, call_options how = {}) const {
    return plain_->event(std::move(what), how);
  }
  void event(user_event_request what, handler<void> done, call_options how = {}) const {
    plain_->event(std::move(what), std::move(done), how);
  }
  std::future<void> event(user_event_request what, const value_type& value,
                          call_options how = {}) const {
    return event(with_payload(std::move(what), value), how);
  }
  void event(user_event_request what, const value_type& value, handler<void> done,
             call_options how = {}) const {
    auto payload = coding::encode(*codec_, value);
    if (!payload) return refuse(std::move(done), std::move(payload.error()));
    event(std::move(what.payload(*std::move(payload))), std::move(done), how);
  }
  template <class N, class = none<N>>
  void event(user_event_request, N, call_options = {}) const = delete;
  template <class N, class = none<N>>
  void event(user_event_request, N, handler<void>, call_options = {}) const = delete;

  future<event_stream_type, event_stream> stream(event_filter filter = "*",
                                                 stream_options how = {}) const {
    return {plain_->stream(std::move(filter), std::move(how)), codec_};
  }
  [[nodiscard]] subscription subscribe(event_filter filter, coded_event_handlers<Codec> handlers,
                                       stream_options how = {}) const {
    return plain_->subscribe(std::move(filter), std::move(handlers).plain(codec_), std::move(how));
  }

  future<query_stream_type, query_stream> query(query_request what, stream_options how = {}) const {
    return {plain_->query(std::move(what), std::move(how)), codec_};
  }
  future<query_stream_type, query_stream> query(query_request what, const value_type& value,
                                                stream_options how = {}) const {
    return query(with_payload(std::move(what), value), std::move(how));
  }
  template <class N, class = none<N>>
  void query(query_request, N, stream_options = {}) const = delete;
  [[nodiscard]] subscription query(query_request what, coded_query_handlers<Codec> handlers,
                                   stream_options how = {}) const {
    return plain_->query(std::move(what), std::move(handlers).plain(codec_), std::move(how));
  }
  // Unlike other forms with handlers, this one throws where the value cannot be encoded.
  [[nodiscard]] subscription query(query_request what, const value_type& value,
                                   coded_query_handlers<Codec> handlers,
                                   stream_options how = {}) const {
    return query(with_payload(std::move(what), value), std::move(handlers), std::move(how));
  }

  future<result_type, query_result> ask(query_request what, call_options how = {}) const {
    return {plain_->ask(std::move(what), how), codec_};
  }
  future<result_type, query_result> ask(query_request what, const value_type& value,
                                        call_options how = {}) const {
    return ask(with_payload(std::move(what), value), how);
  }
  template <class N, class = none<N>>
  void ask(query_request, N, call_options = {}) const = delete;
  void ask(query_request what, handler<result_type> done, call_options how = {}) const {
    plain_->ask(
        std::move(what),
        [codec = codec_, done = std::move(done)](result<query_result> all) mutable {
          if (all) {
            done(coding::decode(codec, *std::move(all)));
          } else {
            done(std::move(all.error()));
          }
        },
        how);
  }
  void ask(query_request what, const value_type& value, handler<result_type> done,
           call_options how = {}) const {
    auto payload = coding::encode(*codec_, value);
    if (!payload) return refuse(std::move(done), std::move(payload.error()));
    ask(std::move(what.payload(*std::move(payload))), std::move(done), how);
  }

  // The responder takes a query_type and returns a value, an optional one, or nothing: then it
  // responds by itself. A value that cannot be encoded is no answer, and reported as what a handler
  // threw.
  template <class F>
  [[nodiscard]] subscription answer(std::string query_name, F responder,
                                    answer_options how = {}) const {
    return plain_->answer(std::move(query_name), plain_responder(std::move(responder)),
                          std::move(how));
  }

 private:
  template <class Request>
  Request with_payload(Request what, const value_type& value) const {
    what.payload(coding::encode(*codec_, value).value());
    return what;
  }

  // Handlers run on the delivery thread only; whatever comes of ready(), its handler runs there.
  template <class T>
  void refuse(handler<T> done, failure why) const {
    plain_->ready([done = std::move(done),
                   why = std::move(why)](const result<void>&) mutable { done(std::move(why)); },
                  call_options().fail_fast());
  }

  template <class F>
  auto plain_responder(F responder) const {
    using returned = std::invoke_result_t<F&, const query_type&>;
    static_assert(
        std::is_void_v<returned> || std::is_convertible_v<returned, std::optional<value_type>>,
        "a responder returns a value of the codec, an optional one, or nothing");
    if constexpr (std::is_void_v<returned>) {
      return [codec = codec_, responder = std::move(responder)](const query_event& query) mutable {
        if (!is_null(responder)) responder(coding::decode(codec, query));
      };
    } else {
      return [codec = codec_, responder = std::move(responder)](
                 const query_event& query) mutable -> std::optional<std::string> {
        if (is_null(responder)) return std::nullopt;
        const std::optional<value_type> response = responder(coding::decode(codec, query));
        if (!response) return std::nullopt;
        return coding::encode(*codec, *response).value();
      };
    }
  }

  template <class F>
  static bool is_null(const F& function) noexcept {
    if constexpr (std::is_pointer_v<F>) {
      return function == nullptr;
    } else {
      return false;
    }
  }

  client* plain_;
  coding::shared<Codec> codec_;
};

// The client must outlive what this gives, and not be moved meanwhile.
template <class Codec>
coded_client<Codec> with_codec(client& plain, Codec codec) {
  return {plain, std::move(codec)};
}

}  // namespace serf
