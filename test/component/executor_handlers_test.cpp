// Handlers on threads of the application's own, and how they and their client end.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;

// An application's thread pool.
class pool {
 public:
  explicit pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
  }
  ~pool() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    for (auto& each : threads_) each.join();
  }
  delivery::place place() {
    return delivery::on([this](std::function<void()> job) {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        jobs_.push_back(std::move(job));
      }
      changed_.notify_one();
    });
  }
  bool is_one_of_its(std::thread::id id) const {
    return std::any_of(threads_.begin(), threads_.end(),
                       [&](const std::thread& each) { return each.get_id() == id; });
  }

 private:
  void serve() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ended_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

class executor : public ::testing::Test {
 protected:
  client_options options() const { return client_options(agent_.address()).reconnect(false); }
  stream_options on_pool() { return stream_options().deliver(pool_.place()); }

  fake_agent agent_;
  pool pool_{3};
};

TEST_F(executor, runs_handlers_and_the_delivery_thread_runs_the_others_meanwhile) {
  client asking(options());
  std::promise<void> entered, go;
  std::promise<std::thread::id> ran_on;
  const auto gate = go.get_future().share();
  auto held = asking.subscribe(
      "user",
      [&](const user_event&) {
        entered.set_value();
        gate.wait();
        ran_on.set_value(std::this_thread::get_id());
      },
      on_pool());
  held.ready().get();
  agent_.push_user_event({"e"});
  entered.get_future().wait();
  std::promise<void> other;
  asking.stats([&](const result<agent_stats>&) { other.set_value(); });
  EXPECT_EQ(other.get_future().wait_for(20s), std::future_status::ready);
  go.set_value();
  EXPECT_TRUE(pool_.is_one_of_its(ran_on.get_future().get()));
}

TEST_F(executor, is_waited_for_by_the_end_of_the_client_and_runs_nothing_of_it_after) {
  for (int i = 0; i < 200; ++i) {
    std::atomic<bool> closed{false}, late{false};
    std::atomic<int> calls{0};
    std::vector<subscription> kept;
    {
      client asking(options());
      for (int s = 0; s < 3; ++s) {
        kept.push_back(asking.subscribe(
            "user",
            [&](const user_event&) {
              ++calls;
              late = late || closed;
            },
            on_pool()));
        kept.back().ready().get();
      }
      for (int n = 0; n < 5; ++n) agent_.push_user_event({"e"});
    }
    closed = true;
    kept.clear();
    EXPECT_FALSE(late);
  }
}

TEST_F(executor, may_close_and_destroy_the_client) {
  for (int i = 0; i < 200; ++i) {
    auto asking = std::make_unique<client>(options());
    std::promise<void> done, subscribed;
    const auto ready = subscribed.get_future().share();
    auto kept = asking->subscribe(
        "user",
        [&, first = true](const user_event&) mutable {
          ready.wait();
          if (!std::exchange(first, false)) return;
          asking->close();
          asking.reset();
          done.set_value();
        },
        on_pool());
    kept.ready().get();
    agent_.push_user_event({"e"});
    subscribed.set_value();
    ASSERT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
  }
}

TEST_F(executor, and_the_delivery_thread_may_both_close_the_client_at_the_same_time) {
  for (int i = 0; i < 200; ++i) {
    client asking(options());
    std::promise<void> one_is_in, other_is_in, one_is_done, other_is_done;
    auto kept = asking.subscribe(
        "user",
        [&](const user_event&) {
          one_is_in.set_value();
          other_is_in.get_future().wait();
          asking.close();
          one_is_done.set_value();
        },
        on_pool());
    kept.ready().get();
    asking.stats([&](const result<agent_stats>&) {
      agent_.push_user_event({"e"});
      one_is_in.get_future().wait();
      other_is_in.set_value();
      asking.close();
      other_is_done.set_value();
    });
    ASSERT_EQ(one_is_done.get_future().wait_for(20s), std::future_status::ready);
    ASSERT_EQ(other_is_done.get_future().wait_for(20s), std::future_status::ready);
  }
}

TEST_F(executor, destroys_the_client_without_waiting_for_other_handlers) {
  auto asking = std::make_unique<client>(options());
  std::promise<void> stuck, go, destroyed, over;
  auto kept = asking->subscribe(
      "user",
      [&](const user_event&) {
        stuck.get_future().wait();
        asking.reset();
        destroyed.set_value();
      },
      on_pool());
  kept.ready().get();
  asking->stats([&](const result<agent_stats>&) {
    agent_.push_user_event({"e"});
    stuck.set_value();
    go.get_future().wait();
    over.set_value();
  });
  EXPECT_EQ(destroyed.get_future().wait_for(20s), std::future_status::ready);
  go.set_value();
  EXPECT_EQ(over.get_future().wait_for(20s), std::future_status::ready);
}

// As asio::dispatch does: at once on a thread of its own, and later elsewhere.
TEST_F(executor, that_dispatches_may_be_subscribed_to_from_its_own_thread) {
  client asking(options());
  std::promise<std::thread::id> loop;
  std::promise<void> over;
  const auto loop_id = loop.get_future().share();
  const auto dispatch = delivery::on([&, queued = pool_.place()](std::function<void()> job) {
    std::this_thread::get_id() == loop_id.get() ? job() : queued.where()(std::move(job));
  });
  auto first = asking.subscribe(
      "user", [](const user_event&) {}, on_pool());
  first.ready().get();
  std::promise<void> called, subscribed;
  subscription second;
  std::thread own([&] {
    loop.set_value(std::this_thread::get_id());
    second = asking.subscribe(
        "user", [&](const user_event&) { called.set_value(); }, stream_options().deliver(dispatch));
    second.ready().get();
    subscribed.set_value();
    over.get_future().wait();
  });
  subscribed.get_future().wait();
  agent_.push_user_event({"e"});
  EXPECT_EQ(called.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_TRUE(second.active());
  over.set_value();
  own.join();
}

TEST_F(executor, answers_several_queries_at_once) {
  client asking(options());
  std::mutex mutex;
  std::condition_variable changed;
  int at_once = 0;
  auto answers = asking.answer(
      "load",
      [&](const query_event& query) {
        std::unique_lock<std::mutex> lock(mutex);
        ++at_once;
        changed.notify_all();
        changed.wait_for(lock, 20s, [&] { return at_once == 3; });
        return query.payload;
      },
      answer_options().deliver(pool_.place()).concurrency(3));
  answers.ready().get();
  for (const char* each : {"a", "b", "c"}) agent_.push_query("load", each);
  ASSERT_TRUE(agent_.wait_for_request("respond", 20s, 3));
  std::set<std::string> payloads;
  for (const auto& each : agent_.requests("respond")) {
    for (const char* payload : {"a", "b", "c"}) {
      if (each.body_bytes.find(std::string("Payload\xc4\x01") + payload) != std::string::npos) {
        payloads.insert(payload);
      }
    }
  }
  EXPECT_EQ(payloads, (std::set<std::string>{"a", "b", "c"}));
}

TEST_F(executor, may_be_asked_a_query_that_the_same_client_answers_there) {
  client asking(options());
  auto answers = asking.answer(
      "load", [](const query_event&) { return "0.7"; }, answer_options().deliver(pool_.place()));
  answers.ready().get();
  std::promise<std::size_t> responses;
  asking.stats([&](const result<agent_stats>&) {
    const auto all = asking.ask(query_request("load").node("n1").timeout(20s)).get();
    responses.set_value(all.responses.size());
  });
  EXPECT_EQ(responses.get_future().get(), 1U);
}

// The thread of the handlers is one, futures and streams have another.
using stuck_handler = executor;
TEST_F(stuck_handler, holds_up_no_future_and_no_stream) {
  client asking(options());
  auto stream = asking.stream("user").get();
  std::promise<void> entered, go;
  asking.stats([&](const result<agent_stats>&) {
    entered.set_value();
    go.get_future().wait();
  });
  entered.get_future().wait();
  EXPECT_EQ(asking.members({}, 20s).get().size(), 1U);
  agent_.push_user_event({"e"});
  EXPECT_TRUE(stream.next_for(20s));
  go.set_value();
}

using query_of_a_lost_connection = executor;
TEST_F(query_of_a_lost_connection, is_not_answered) {
  client asking(options());
  auto stream = asking.stream("query").get();
  agent_.push_query("load");
  const auto event = stream.next_for(20s);
  ASSERT_TRUE(event);
  agent_.close_connections();
  EXPECT_FALSE(stream.next());
  try {
    std::get<query_event>(*event).respond("0.7").get();
    FAIL() << "there is nobody to take it";
  } catch (const error& e) {
    EXPECT_EQ(e.failure().code, errc::query_expired);
  }
}

}  // namespace
}  // namespace serf
