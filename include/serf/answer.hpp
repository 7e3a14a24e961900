#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <serf/event.hpp>
#include <serf/export.hpp>
#include <serf/handler.hpp>
#include <serf/stream_end.hpp>
#include <serf/stream_options.hpp>

namespace serf {

// What answers the queries of one name: a callable that takes a const query_event& and returns the
// response, or an empty optional for no answer. One that returns nothing is the deferred form: it
// answers by query_event::respond, now or later, from whatever thread.
//
// What it returns is sent behind its back: answer_options::on_failure hears of what the agent does
// not take. Whoever must know that it was taken, before the client is closed for instance, responds
// itself and waits for the future.
//
// What it throws is no answer, and reported as of any handler. With answer_options::concurrency
// over 1 it is called by several threads at once.
class SERF_EXPORT query_responder {
  template <class F>
  using returned = std::invoke_result_t<F&, const query_event&>;
  template <class F, class = void>
  struct is_responder : std::false_type {};
  template <class F>
  struct is_responder<F, std::void_t<returned<F>>>
      : std::bool_constant<std::is_void_v<returned<F>> ||
                           std::is_convertible_v<returned<F>, std::optional<std::string>>> {};

 public:
  template <class F, class D = std::decay_t<F>,
            class = std::enable_if_t<!std::is_same_v<D, query_responder> && is_responder<D>::value>>
  query_responder(F&& function)
      : callable_(std::make_unique<holder<D>>(std::forward<F>(function))) {}

  std::optional<std::string> operator()(const query_event& query) { return callable_->call(query); }

 private:
  struct callable {
    virtual ~callable() = default;
    virtual std::optional<std::string> call(const query_event& query) = 0;
  };
  template <class F>
  struct holder final : callable {
    template <class G>
    explicit holder(G&& f) : function(std::forward<G>(f)) {}
    std::optional<std::string> call(const query_event& query) override {
      if constexpr (std::is_pointer_v<F>) {
        if (function == nullptr) return std::nullopt;
      }
      if constexpr (std::is_void_v<returned<F>>) {
        function(query);
        return std::nullopt;
      } else {
        return function(query);
      }
    }
    F function;
  };
  std::unique_ptr<callable> callable_;
};

// An answer that did not come through: to which query, and why.
struct SERF_EXPORT answer_failure {
  query_event query;
  failure why;
};

// How queries are answered. A slow responder holds up the other handlers of its client unless it is
// deferred or runs elsewhere:
//
//   client.answer("load", f,
//   serf::answer_options().deliver(serf::delivery::on(pool)).concurrency(4));
class SERF_EXPORT answer_options {
 public:
  answer_options() = default;
  answer_options(stream_options how) : stream_(std::move(how)) {}
  template <class Rep, class Period>
  answer_options(std::chrono::duration<Rep, Period> timeout) : stream_(timeout) {}

  // Of the subscription to the query. deliver() says where the responder runs.
  answer_options& stream(stream_options how) { return stream_ = std::move(how), *this; }
  answer_options& deliver(delivery::place where) {
    return stream_.deliver(std::move(where)), *this;
  }
  const stream_options& stream() const noexcept { return stream_; }

  // How many queries are answered at once, by as many jobs of the executor; more wait their turn.
  // At least 1, and 1 on the delivery thread, which does one thing at a time. Default: 1.
  answer_options& concurrency(int value) { return concurrency_ = value, *this; }
  int concurrency() const noexcept { return concurrency_; }

  // Told on the delivery thread of each answer that the agent did not take: too large, too late,
  // answered already. Default: it is logged.
  answer_options& on_failure(handler_of<answer_failure> told) {
    return on_failure_ = std::make_shared<handler_of<answer_failure>>(std::move(told)), *this;
  }
  const std::shared_ptr<handler_of<answer_failure>>& on_failure() const noexcept {
    return on_failure_;
  }

  // Told where the responder runs that no more queries come, and why; as on_end of event_handlers.
  answer_options& on_end(handler_of<stream_end> told) {
    return on_end_ = std::make_shared<handler_of<stream_end>>(std::move(told)), *this;
  }
  const std::shared_ptr<handler_of<stream_end>>& on_end() const noexcept { return on_end_; }

 private:
  stream_options stream_;
  int concurrency_ = 1;
  std::shared_ptr<handler_of<answer_failure>> on_failure_;
  std::shared_ptr<handler_of<stream_end>> on_end_;
};

}  // namespace serf
