// Everything that a run has asked of a client, and what must have become of it when the client is
// closed.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <serf/client.hpp>

#include "fuzz/expect.hpp"

namespace serf::fuzz {

class open_ends {
 public:
  template <class T>
  void add(std::future<T> asked) {
    auto kept = std::make_shared<std::future<T>>(std::move(asked));
    settled_.push_back([kept] {
      expect(kept->wait_for(std::chrono::seconds(0)) == std::future_status::ready,
             "behind close() every future is ready");
      try {
        if constexpr (std::is_void_v<T>) {
          kept->get();
        } else {
          look_at(kept->get());
        }
      } catch (const error& failed) {
        expect(failed.what()[0] != '\0', "an error has a text");
      }
    });
  }

  // What a handler gets is counted: once, no more, no less.
  template <class T>
  handler<T> once() {
    auto count = std::make_shared<std::atomic<int>>(0);
    settled_.push_back([count] { expect(*count == 1, "a handler is called once"); });
    return [count](const result<T>& outcome) {
      expect(outcome.has_value() || !outcome.error().message.empty(), "a failure has a text");
      expect(++*count == 1, "a handler is called once");
    };
  }

  // The handlers of a subscription, whose start and end are counted.
  template <class Handlers>
  Handlers counted(Handlers handlers) {
    auto starts = std::make_shared<std::atomic<int>>(0),
         ends = std::make_shared<std::atomic<int>>(0);
    settled_.push_back([starts, ends] {
      expect(*starts == 1, "on_start is called once");
      expect(*ends == 1, "on_end is called once");
    });
    handlers.on_start([starts, ends](const result<void>&) {
      expect(++*starts == 1 && *ends == 0, "on_start comes first");
    });
    handlers.on_end([ends](const stream_end& end) {
      expect(end.state != stream_state::open, "an end is an end");
      ++*ends;
    });
    return handlers;
  }

  void add(subscription kept) { subscriptions_.push_back(std::move(kept)); }

  // The client is closed.
  void settle() {
    for (const subscription& each : subscriptions_) {
      expect(!each.active(), "behind close() no subscription is active");
      balance(each.counters());
    }
    for (const auto& each : settled_) each();
  }

 private:
  static void balance(const stream_counters& is) {
    expect(is.received == is.delivered + is.dropped + is.queued, "counters add up");
  }
  template <class T>
  static void look_at(const T&) {}
  template <class T>
  static void look_at(pull_stream<T> stream) {
    std::vector<T> all;
    stream.drain(all);
    for (const T& each : all) to_string(each);
    expect(!stream.next(), "an ended stream ends");
    expect(stream.end().state != stream_state::open, "behind close() every stream has ended");
    balance(stream.counters());
  }

  std::vector<std::function<void()>> settled_;
  std::vector<subscription> subscriptions_;
};

}  // namespace serf::fuzz
