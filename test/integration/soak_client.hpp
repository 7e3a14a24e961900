// One client of the soak: a stream that is drained, one with handlers, a responder, one thread that
// fires numbered events, and several that call.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>

#include "integration/numbered_events.hpp"

namespace serf::testing {

struct soak_figures {
  std::atomic<long> made{0}, completed{0}, succeeded{0}, twice{0}, answered{0};
};

class soak_client {
 public:
  soak_client(const std::vector<std::string>& endpoints, std::string name, soak_figures& figures)
      : name_(std::move(name)), figures_(figures), client_(options(endpoints)) {
    using namespace std::chrono_literals;
    const std::string events = "user:" + name_;
    drained_ = std::make_unique<event_stream>(client_.stream(events).get());
    handled_ = client_.subscribe(
        events, event_handlers().on_user(std::ref(shown_)).on_gap(std::ref(shown_)));
    handled_.ready().get();
    answers_ = client_.answer(name_, [this](const query_event&) {
      ++figures_.answered;
      return "here";
    });
    answers_.ready().get();
    threads_.emplace_back([this] { drain(); });
    threads_.emplace_back([this] { fire(); });
    for (int i = 0; i < 4; ++i) threads_.emplace_back([this, i] { call(i); });
  }
  ~soak_client() { end(); }

  // No call is begun any more; those that are on their way are waited for.
  void end_calls() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    for (std::size_t i = 1; i < threads_.size(); ++i) {
      if (threads_[i].joinable()) threads_[i].join();
    }
  }

  // An event, until the agent has acknowledged one: its number.
  int fire_one() {
    using namespace std::chrono_literals;
    for (;;) {
      const int number = ++fired_;
      try {
        client_.event(user_event_request(name_, std::to_string(number)).coalesce(false), 2s).get();
        acknowledged_.add(number);
        return number;
      } catch (const error&) {
        // lost, or too late: nobody knows whether it went out
      }
    }
  }

  void end() {
    end_calls();
    drained_->close();
    if (threads_.front().joinable()) threads_.front().join();
  }

  client& operator*() { return client_; }
  const std::string& name() const { return name_; }
  const event_stream& drained() const { return *drained_; }
  const seen_events& taken() const { return taken_; }
  const seen_events& shown() const { return shown_; }
  const acknowledged_events& acknowledged() const { return acknowledged_; }

 private:
  static client_options options(const std::vector<std::string>& endpoints) {
    using namespace std::chrono_literals;
    return client_options()
        .endpoints(endpoints)
        .heartbeat(500ms)
        .heartbeat_timeout(500ms)
        .connect_timeout(1s)
        .reconnect(reconnect_options().initial_delay(20ms).max_delay(500ms));
  }

  // False: it is over. Else after a moment, so that the machine has time for agents, too.
  bool go_on(std::chrono::milliseconds pause) {
    std::unique_lock<std::mutex> lock(mutex_);
    return !changed_.wait_for(lock, pause, [this] { return ended_; });
  }

  void drain() {
    while (const auto next = drained_->next()) std::visit(taken_, *next);
  }

  void fire() {
    while (go_on(std::chrono::milliseconds(5))) fire_one();
  }

  void call(int kind) {
    using namespace std::chrono_literals;
    while (go_on(1ms)) {
      ++figures_.made;
      switch (kind) {
        case 0:
          finish(client_.members({}, 2s));
          break;
        case 1:
          finish(client_.ask(query_request(name_).timeout(200ms), 2s));
          break;
        case 2:
          finish(client_.members(member_filter().name(regex("n.*")), 2s));
          break;
        default:
          call_with_handler();
      }
    }
  }

  template <class T>
  void finish(std::future<T> call) {
    try {
      call.get();
      ++figures_.succeeded;
    } catch (const error&) {
      // which is an outcome, too
    }
    ++figures_.completed;
  }

  void call_with_handler() {
    auto done = std::make_shared<std::promise<void>>();
    auto once = std::make_shared<std::atomic<int>>(0);
    client_.stats(
        [this, done, once](const result<agent_stats>& outcome) {
          if (++*once > 1) {
            ++figures_.twice;
            return;
          }
          if (outcome) ++figures_.succeeded;
          ++figures_.completed;
          done->set_value();
        },
        std::chrono::seconds(2));
    done->get_future().wait();
  }

  const std::string name_;
  soak_figures& figures_;
  acknowledged_events acknowledged_;
  seen_events taken_, shown_;
  std::atomic<int> fired_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  client client_;
  std::unique_ptr<event_stream> drained_;
  subscription handled_, answers_;
  std::vector<std::thread> threads_;  // the first one drains
};

}  // namespace serf::testing
