#pragma once

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <serf/export.hpp>
#include <serf/result.hpp>

namespace serf {

// A move-only callable: a lambda that captures a unique_ptr is one, nullptr and {} are none. It is
// called on the delivery thread. A function pointer that is null is not called.
// What it throws is caught and reported: client_options::on_handler_failure.
template <class Argument>
class basic_handler {
 public:
  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, basic_handler> &&
                                              std::is_invocable_v<std::decay_t<F>&, Argument>>>
  basic_handler(F&& function)
      : callable_(std::make_unique<holder<std::decay_t<F>>>(std::forward<F>(function))) {}

  // False once it was moved from; it cannot be called then.
  explicit operator bool() const noexcept { return callable_ != nullptr; }

  void operator()(Argument argument) { callable_->call(std::forward<Argument>(argument)); }

 private:
  struct callable {
    virtual ~callable() = default;
    virtual void call(Argument&& argument) = 0;
  };
  template <class F>
  struct holder final : callable {
    template <class G>
    explicit holder(G&& function) : function_(std::forward<G>(function)) {}
    void call(Argument&& argument) override {
      if constexpr (std::is_pointer_v<F>) {
        if (function_ == nullptr) return;
      }
      static_cast<void>(function_(std::forward<Argument>(argument)));
    }
    F function_;
  };
  std::unique_ptr<callable> callable_;
};

// Takes a result<T>: what the handler form of a call ends with. Called exactly once.
template <class T>
using handler = basic_handler<result<T>>;

// An exception that a handler let out, caught by the thread that ran it.
struct SERF_EXPORT handler_failure {
  std::string handler;  // which one: "members", "the subscription to user:deploy"
  std::string what;     // of a std::exception its what(); untrusted, may hold any bytes
  std::exception_ptr exception;
};

// Takes a const T&: called each time that one arrives.
template <class T>
using handler_of = basic_handler<const T&>;

}  // namespace serf
