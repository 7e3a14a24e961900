#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include <serf/event.hpp>
#include <serf/export.hpp>
#include <serf/log.hpp>
#include <serf/query.hpp>
#include <serf/result.hpp>
#include <serf/stream.hpp>
#include <serf/stream_end.hpp>
#include <serf/subscription.hpp>

namespace serf {

// A move-only callable (a function pointer that is null is not called) that takes a const T&, and a
// subscription_ref if it wants one:
// [](const serf::user_event& e, serf::subscription_ref self) { ... self.cancel(); }
template <class T>
class record_handler {
 public:
  template <class F>
  static constexpr bool takes =
      std::is_invocable_v<F&, const T&> || std::is_invocable_v<F&, const T&, subscription_ref>;

  record_handler() noexcept = default;  // none
  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, record_handler> &&
                                              takes<std::decay_t<F>>>>
  record_handler(F&& function)
      : callable_(std::make_unique<holder<std::decay_t<F>>>(std::forward<F>(function))) {}

  explicit operator bool() const noexcept { return callable_ != nullptr; }
  void operator()(const T& record, const subscription_ref& self) { callable_->call(record, self); }

 private:
  struct callable {
    virtual ~callable() = default;
    virtual void call(const T& record, const subscription_ref& self) = 0;
  };
  template <class F>
  struct holder final : callable {
    template <class G>
    explicit holder(G&& f) : function(std::forward<G>(f)) {}
    void call(const T& record, const subscription_ref& self) override {
      if constexpr (std::is_pointer_v<F>) {
        if (function == nullptr) return;
      }
      if constexpr (std::is_invocable_v<F&, const T&, subscription_ref>) {
        static_cast<void>(function(record, self));
      } else {
        static_cast<void>(function(record));
      }
    }
    F function;
  };
  std::unique_ptr<callable> callable_;
};

// What all three kinds of handlers have in common. on_start hears first, once, whether the agent
// has acknowledged the request; on_end hears last, once, how it ended, unless the subscription was
// cancelled. (On an executor it may not hear of the end of the client itself.) Handlers are moved,
// never copied: what a setter gives is ready to be passed on.
template <class Derived>
class subscription_handlers {
 public:
  Derived&& on_start(record_handler<result<void>> f) {
    return start_ = std::move(f), std::move(derived());
  }
  Derived&& on_gap(record_handler<gap> f) { return gap_ = std::move(f), std::move(derived()); }
  Derived&& on_end(record_handler<stream_end> f) {
    return end_ = std::move(f), std::move(derived());
  }

  record_handler<result<void>>& start() noexcept { return start_; }
  record_handler<serf::gap>& gap_handler() noexcept { return gap_; }
  record_handler<stream_end>& end() noexcept { return end_; }

 private:
  Derived& derived() noexcept { return static_cast<Derived&>(*this); }

  record_handler<result<void>> start_;
  record_handler<gap> gap_;
  record_handler<stream_end> end_;
};

// What to call for the events of a subscription: one handler for all, or one for each kind;
// on_event gets those that have none of their own. Handlers run one at a time, in the order of the
// events. A gap that no handler takes is logged.
//
//   client.subscribe("user:deploy", [](const serf::user_event& e) { ... });
//   client.subscribe("*", serf::event_handlers().on_member(f).on_gap(g));
class SERF_EXPORT event_handlers : public subscription_handlers<event_handlers> {
 public:
  explicit event_handlers() = default;
  template <class F, class D = std::decay_t<F>,
            class = std::enable_if_t<
                !std::is_base_of_v<event_handlers, D> &&
                (record_handler<event>::takes<D> || record_handler<member_event>::takes<D> ||
                 record_handler<user_event>::takes<D> || record_handler<query_event>::takes<D>)>>
  event_handlers(F&& one) {
    if constexpr (record_handler<event>::takes<D>) {
      event_ = std::forward<F>(one);
    } else if constexpr (record_handler<member_event>::takes<D>) {
      member_ = std::forward<F>(one);
    } else if constexpr (record_handler<user_event>::takes<D>) {
      user_ = std::forward<F>(one);
    } else {
      query_ = std::forward<F>(one);
    }
  }

  event_handlers&& on_event(record_handler<event> f) {
    return event_ = std::move(f), std::move(*this);
  }
  event_handlers&& on_member(record_handler<member_event> f) {
    return member_ = std::move(f), std::move(*this);
  }
  event_handlers&& on_user(record_handler<user_event> f) {
    return user_ = std::move(f), std::move(*this);
  }
  event_handlers&& on_query(record_handler<query_event> f) {
    return query_ = std::move(f), std::move(*this);
  }
  event_handlers&& on_unknown(record_handler<unknown_event> f) {
    return unknown_ = std::move(f), std::move(*this);
  }

  // Calls the one that takes it; false: there is none.
  bool operator()(const event& what, const subscription_ref& self);

 private:
  record_handler<event> event_;
  record_handler<member_event> member_;
  record_handler<user_event> user_;
  record_handler<query_event> query_;
  record_handler<unknown_event> unknown_;
};

// Likewise for the lines of a log: a callable that takes const log_line& is one.
class SERF_EXPORT log_handlers : public subscription_handlers<log_handlers> {
 public:
  explicit log_handlers() = default;
  template <class F, class D = std::decay_t<F>,
            class = std::enable_if_t<!std::is_base_of_v<log_handlers, D> &&
                                     (record_handler<log_entry>::takes<D> ||
                                      record_handler<log_line>::takes<D>)>>
  log_handlers(F&& one) {
    if constexpr (record_handler<log_entry>::takes<D>) {
      entry_ = std::forward<F>(one);
    } else {
      line_ = std::forward<F>(one);
    }
  }

  log_handlers&& on_entry(record_handler<log_entry> f) {
    return entry_ = std::move(f), std::move(*this);
  }
  log_handlers&& on_line(record_handler<log_line> f) {
    return line_ = std::move(f), std::move(*this);
  }

  bool operator()(const log_entry& what, const subscription_ref& self);

 private:
  record_handler<log_entry> entry_;
  record_handler<log_line> line_;
};

// Likewise for what comes of a query.
class SERF_EXPORT query_handlers : public subscription_handlers<query_handlers> {
 public:
  explicit query_handlers() = default;
  template <class F, class D = std::decay_t<F>,
            class = std::enable_if_t<!std::is_base_of_v<query_handlers, D> &&
                                     (record_handler<query_reply>::takes<D> ||
                                      record_handler<query_response>::takes<D>)>>
  query_handlers(F&& one) {
    if constexpr (record_handler<query_reply>::takes<D>) {
      reply_ = std::forward<F>(one);
    } else {
      response_ = std::forward<F>(one);
    }
  }

  query_handlers&& on_reply(record_handler<query_reply> f) {
    return reply_ = std::move(f), std::move(*this);
  }
  query_handlers&& on_ack(record_handler<query_ack> f) {
    return ack_ = std::move(f), std::move(*this);
  }
  query_handlers&& on_response(record_handler<query_response> f) {
    return response_ = std::move(f), std::move(*this);
  }

  bool operator()(const query_reply& what, const subscription_ref& self);

 private:
  record_handler<query_reply> reply_;
  record_handler<query_ack> ack_;
  record_handler<query_response> response_;
};

}  // namespace serf
