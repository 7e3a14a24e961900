#pragma once

#include <atomic>
#include <exception>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <serf/handler.hpp>
#include <serf/key_report.hpp>
#include <serf/result.hpp>

#include "client/call_counts.hpp"
#include "client/handler_places.hpp"
#include "delivery/delivery_thread.hpp"
#include "protocol/decode.hpp"
#include "session/call.hpp"

namespace serf {

// Reads the body of an answer into a value; gives what is wrong with it, if anything. Of T = void
// there is none.
template <class T>
struct body_decoder {
  std::optional<std::string> (*decode)(std::string_view body, T& into,
                                       const std::atomic<bool>* given_up);
};
template <>
struct body_decoder<void> {};

// What a call's messages name, and where it is counted; and whether the client is being closed:
// then an answer is not read to its end. All outlive the call.
struct call_names {
  const char* command;
  const std::string& agent;
  call_counts& counts;
  const std::atomic<bool>* closing = nullptr;
};

// A call whose answer is a T. Decodes on the thread that completes it, with no lock held.
template <class T>
class typed_call : public session::call {
 public:
  typed_call(call_names names, body_decoder<T> decoder) : names_(names), decoder_(decoder) {}

  void answered(std::string_view body) final { give(decoded(body)); }

  void failed(failure why, std::string_view body) final {
    if constexpr (std::is_same_v<T, key_report>) {
      if (auto report = decoded(body); !body.empty() && report) {
        why.keyring(std::make_shared<const key_report>(std::move(*report)));
      }
    }
    give(std::move(why));
  }

  // The outcome. Also of a call whose answer is not read from one body.
  void give(result<T> outcome) {
    names_.counts.add(names_.command, outcome ? nullptr : &outcome.error(), since_);
    complete(std::move(outcome));
  }

 protected:
  virtual void complete(result<T> outcome) = 0;

  // For a call that an exception on its way has left without an outcome.
  failure dropped() const {
    return about(errc::no_resources,
                 "the call could not be carried on, most likely for want of memory");
  }

 private:
  failure about(errc code, const std::string& what) const {
    failure why(code, names_.command + (" on the Serf agent at " + names_.agent) + ": " + what);
    why.command = names_.command;
    why.sent = sent::maybe;
    return why;
  }

  result<T> decoded([[maybe_unused]] std::string_view body) {
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      T value{};
      try {
        const auto flaw = decoder_.decode(body, value, names_.closing);
        if (!flaw) return value;
        if (names_.closing != nullptr && *names_.closing) {
          return about(errc::client_closed, "the client was closed before its answer was read");
        }
        return about(errc::protocol_violation, "the answer cannot be read: " + *flaw);
      } catch (const std::bad_alloc&) {
        return about(errc::no_resources, "no memory for the answer");
      }
    }
  }

  const call_names names_;
  const body_decoder<T> decoder_;
  const call_counts::clock::time_point since_ = call_counts::clock::now();
};

template <class T>
class future_call final : public typed_call<T> {
 public:
  using typed_call<T>::typed_call;
  ~future_call() override {
    if (!completed_) this->give(this->dropped());
  }
  std::future<T> get_future() { return promise_.get_future(); }

 private:
  void complete(result<T> outcome) override {
    completed_ = true;
    if (!outcome) {
      promise_.set_exception(to_exception(outcome.error()));
    } else if constexpr (std::is_void_v<T>) {
      promise_.set_value();
    } else {
      promise_.set_value(std::move(*outcome));
    }
  }

  std::promise<T> promise_;
  bool completed_ = false;
};

// A handler and what it is to be told. It is called, and destroyed, on the delivery thread.
template <class T>
class told_handler final : public delivery::delivery_thread::job {
 public:
  told_handler(const char* command, handler_place place, handler<T>&& told)
      : command_(command), place_(std::move(place)), told_(std::move(told)) {}

  void tell(result<T> outcome) { outcome_.emplace(std::move(outcome)); }
  void run() override {
    place_.leave();  // what it calls may take it
    told_(std::move(*outcome_));
  }
  std::string_view name() const noexcept override { return command_; }

 private:
  const char* const command_;
  handler_place place_;
  handler<T> told_;
  std::optional<result<T>> outcome_;
};

// A handler for which there is no place. However many there are, next to nothing is kept of each
// beside what the caller has given: what to tell it is put together when it is told.
template <class T>
class refused_handler final : public delivery::delivery_thread::job {
 public:
  refused_handler(const char* command, std::shared_ptr<const handler_places> places,
                  handler<T>&& told)
      : command_(command), places_(std::move(places)), told_(std::move(told)) {}

  void run() override { told_(places_->refusal(command_)); }
  std::string_view name() const noexcept override { return command_; }

 private:
  const char* const command_;
  const std::shared_ptr<const handler_places> places_;
  handler<T> told_;
};

// Tells a handler. All that takes memory is done when the call is made: its outcome always arrives.
template <class T>
class handler_call final : public typed_call<T> {
 public:
  handler_call(call_names names, body_decoder<T> decoder, handler_place place, handler<T>&& told,
               delivery::delivery_thread& delivery)
      : typed_call<T>(names, decoder),
        told_(std::make_unique<told_handler<T>>(names.command, std::move(place), std::move(told))),
        delivery_(delivery) {}
  ~handler_call() override {
    if (told_) this->give(this->dropped());
  }

 private:
  void complete(result<T> outcome) override {
    told_->tell(std::move(outcome));
    delivery_.post_job(std::move(told_));
  }

  std::unique_ptr<told_handler<T>> told_;  // until it is told
  delivery::delivery_thread& delivery_;
};

}  // namespace serf
