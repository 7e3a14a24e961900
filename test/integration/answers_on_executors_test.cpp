// Answers that take long, on threads of the application.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <serf/client.hpp>

#include "support/deadline.hpp"
#include "support/real_agent.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using testing::wait_until;

class thread_pool {
 public:
  explicit thread_pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~thread_pool() {
    post({});
    for (auto& each : threads_) each.join();
  }
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  // An empty job ends them all.
  void post(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    changed_.notify_all();
  }
  delivery::place place() {
    return delivery::on([this](std::function<void()> job) { post(std::move(job)); });
  }

 private:
  void work() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !jobs_.empty(); });
      if (!jobs_.front()) return;
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
};

class answers_on_executors : public ::testing::Test {
 protected:
  query_request work(const std::string& payload) const {
    return query_request("work", payload).node(agent_.name()).timeout(20s);
  }
  static std::string response_in(const query_result& came) {
    return came.responses.size() == 1 ? came.responses[0].payload : to_string(came);
  }

  testing::real_agent agent_;
  thread_pool pool_{4};
  serf::client asking_{agent_.rpc_address()};
  serf::client answering_{agent_.rpc_address()};
};

TEST_F(answers_on_executors, do_not_hold_up_others_of_their_name_nor_other_handlers) {
  std::promise<void> started, released;
  const auto release = released.get_future().share();
  auto answers = answering_.answer(
      "work",
      [&](const query_event& query) -> std::string {
        if (query.payload != "slow") return "quick";
        started.set_value();
        return release.wait_for(20s) == std::future_status::ready ? "released" : "slept";
      },
      answer_options().deliver(pool_.place()).concurrency(4));
  std::atomic<std::promise<void>*> heard{nullptr};
  auto events =
      answering_.subscribe("user:ping", [&](const user_event&) { heard.load()->set_value(); });
  answers.ready().get();
  events.ready().get();

  auto slow = asking_.ask(work("slow"));
  started.get_future().get();
  for (int tries = 0; tries < 5; ++tries) {
    EXPECT_EQ(response_in(asking_.ask(work("quick")).get()), "quick");

    std::promise<void> event_heard;
    heard = &event_heard;
    asking_.event(user_event_request("ping").coalesce(false)).get();
    event_heard.get_future().get();
  }
  EXPECT_EQ(slow.wait_for(0s), std::future_status::timeout) << "it still works on it";
  released.set_value();
  EXPECT_EQ(response_in(slow.get()), "released");
}

TEST_F(answers_on_executors, are_as_many_at_once_as_their_concurrency_allows) {
  constexpr int queries = 8, allowed = 3;
  std::atomic<int> running{0}, most{0};
  std::promise<void> released;
  const auto release = released.get_future().share();
  auto answers = answering_.answer(
      "work",
      [&](const query_event& query) {
        const int now = ++running;
        int before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        release.wait();
        --running;
        return "to " + query.payload;
      },
      answer_options().deliver(pool_.place()).concurrency(allowed));
  answers.ready().get();
  std::vector<std::future<query_result>> asked;
  for (int i = 0; i < queries; ++i) asked.push_back(asking_.ask(work(std::to_string(i))));
  EXPECT_TRUE(wait_until([&] { return running == allowed; }, 10s));
  // All have come, and the others wait their turn.
  EXPECT_TRUE(wait_until([&] { return answers.counters().received == queries; }, 10s));
  EXPECT_EQ(running, allowed);
  released.set_value();
  for (int i = 0; i < queries; ++i) {
    EXPECT_EQ(response_in(asked[static_cast<std::size_t>(i)].get()), "to " + std::to_string(i));
  }
  EXPECT_EQ(most, allowed);
}

TEST_F(answers_on_executors, are_waited_for_when_their_subscription_is_destroyed) {
  std::promise<void> started, released;
  const auto release = released.get_future().share();
  std::atomic<bool> finished{false};
  auto answers = answering_.answer(
      "work",
      [&](const query_event&) -> std::string {
        started.set_value();
        release.wait();
        finished = true;
        return "done";
      },
      answer_options().deliver(pool_.place()).concurrency(2));
  answers.ready().get();
  auto asked = asking_.ask(query_request("work").timeout(1s));
  started.get_future().get();
  auto ending = std::async(std::launch::async, [&] {
    answers = subscription();
    return finished.load();
  });
  EXPECT_EQ(ending.wait_for(50ms), std::future_status::timeout);
  released.set_value();
  EXPECT_TRUE(ending.get()) << "destroyed while its responder ran";
  asked.get();
  EXPECT_EQ(asking_.ask(query_request("work").timeout(300ms)).get().responses.size(), 0U);
}

}  // namespace
}  // namespace serf
