#pragma once

#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <serf/handler.hpp>
#include <serf/key_report.hpp>
#include <serf/result.hpp>

#include "delivery/delivery_thread.hpp"
#include "protocol/decode.hpp"
#include "session/call.hpp"

namespace serf {

// Reads the body of an answer into a value; gives what is wrong with it, if anything. Of T = void
// there is none.
template <class T>
struct body_decoder {
  std::optional<std::string> (*decode)(std::string_view body, T& into);
};
template <>
struct body_decoder<void> {};

// A call whose answer is a T. Decodes on the thread that completes it, with no lock held.
template <class T>
class typed_call : public session::call {
 public:
  typed_call(const char* command, body_decoder<T> decoder) : command_(command), decoder_(decoder) {}

  void answered(std::string_view body) final { complete(decoded(body)); }

  void failed(failure why, std::string_view body) final {
    if constexpr (std::is_same_v<T, key_report>) {
      if (auto report = decoded(body); !body.empty() && report) {
        why.keyring(std::make_shared<const key_report>(std::move(*report)));
      }
    }
    complete(std::move(why));
  }

 protected:
  virtual void complete(result<T> outcome) = 0;

 private:
  result<T> decoded([[maybe_unused]] std::string_view body) {
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      T value{};
      std::string flaw;
      try {
        auto found = decoder_.decode(body, value);
        if (!found) return value;
        flaw = std::move(*found);
      } catch (const std::exception& error) {
        flaw = error.what();  // no memory for it
      }
      failure why(errc::protocol_violation,
                  command_ + std::string(": the agent's answer cannot be read: ") + flaw);
      why.command = command_;
      why.sent = sent::maybe;
      return why;
    }
  }

  const char* command_;
  body_decoder<T> decoder_;
};

template <class T>
class future_call final : public typed_call<T> {
 public:
  using typed_call<T>::typed_call;
  std::future<T> get_future() { return promise_.get_future(); }

 private:
  void complete(result<T> outcome) override {
    if (!outcome) {
      promise_.set_exception(to_exception(outcome.error()));
    } else if constexpr (std::is_void_v<T>) {
      promise_.set_value();
    } else {
      promise_.set_value(std::move(*outcome));
    }
  }

  std::promise<T> promise_;
};

// Its handler is called, and destroyed, on the delivery thread.
template <class T>
class handler_call final : public typed_call<T> {
 public:
  handler_call(const char* command, body_decoder<T> decoder, handler<T> told,
               delivery::delivery_thread& delivery)
      : typed_call<T>(command, decoder), told_(std::move(told)), delivery_(delivery) {}

 private:
  void complete(result<T> outcome) override {
    delivery_.post([told = std::move(told_), outcome = std::move(outcome)]() mutable {
      told(std::move(outcome));
    });
  }

  handler<T> told_;
  delivery::delivery_thread& delivery_;
};

}  // namespace serf
