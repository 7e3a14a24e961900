#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

#include "executors.hpp"
#include "subscribed.hpp"
#include "support/deadline.hpp"

namespace serf::delivery {
namespace {

using namespace std::chrono_literals;
using testing::wait_until;

const stream_end done{stream_state::done, {}};

TEST(executor, of_many_threads_keeps_the_order_and_overlaps_nothing) {
  notes seen;
  std::atomic<int> at_once{0}, most{0};
  pool threads(4);
  delivery_thread thread({});
  auto handlers = noting(seen);
  handlers.on_event([&](const event& e) {
    most = std::max<int>(most, ++at_once);
    seen.add(in_short(e));
    --at_once;
  });
  subscribed to(thread, std::move(handlers), on(threads.give()));
  to.core->opened({});
  for (std::uint64_t i = 0; i < 2000; ++i) push_one(*to.queue, i);
  to.queue->finish(done);
  ASSERT_TRUE(wait_until([&] { return seen.all().size() == 2002; }, 20s));
  const auto heard = seen.all();
  EXPECT_EQ(heard.front(), "start");
  for (std::size_t i = 0; i < 2000; ++i) ASSERT_EQ(heard[i + 1], std::to_string(i));
  EXPECT_EQ(heard.back(), "done");
  EXPECT_EQ(most, 1);
}

TEST(executor, runs_as_many_turns_at_once_as_it_may) {
  std::atomic<int> running{0}, calls{0}, most{0};
  std::atomic<bool> started{false}, ended{false}, wrong{false};
  std::promise<void> go;
  const auto gate = go.get_future().share();
  pool threads(6);
  delivery_thread thread({});
  event_handlers handlers([&](const event&) {
    if (!started || ended) wrong = true;
    const int now = ++running;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
    gate.wait();
    --running;
    ++calls;
  });
  handlers.on_start([&](const result<void>&) { started = true; }).on_end([&](const stream_end&) {
    if (running > 0) wrong = true;
    ended = true;
  });
  subscribed to(thread, std::move(handlers), on(threads.give()), 4);
  push_many(*to.queue, 0, 500);
  to.core->opened({});
  EXPECT_TRUE(wait_until([&] { return running == 4; }, 20s));
  EXPECT_EQ(to.handle.counters().delivered, 4U) << "one for each turn, and no more";
  to.queue->finish(done);
  go.set_value();
  EXPECT_TRUE(wait_until([&] { return ended.load(); }, 20s));
  EXPECT_EQ(calls, 500);
  EXPECT_EQ(most, 4);
  EXPECT_FALSE(wrong);
}

TEST(executor, misses_no_record_and_no_end_with_several_turns) {
  pool threads(4);
  delivery_thread thread({});
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> calls{0}, ends{0};
    event_handlers handlers([&](const event&) { ++calls; });
    handlers.on_end([&](const stream_end&) {
      EXPECT_EQ(calls, 60);
      ++ends;
    });
    subscribed to(thread, std::move(handlers), on(threads.give()), 3);
    to.core->opened({});
    for (std::uint64_t i = 0; i < 60; i += 2) push_many(*to.queue, i, 2);
    to.queue->finish(done);
    ASSERT_TRUE(wait_until([&] { return ends == 1; }, 20s)) << calls;
    to.handle.cancel();
    EXPECT_EQ(ends, 1);
  }
}

TEST(executor, is_the_only_place_where_handlers_run) {
  std::promise<std::thread::id> ran, failed;
  pool threads(1);
  delivery_thread thread(
      [&](const handler_failure&) { failed.set_value(std::this_thread::get_id()); });
  event_handlers handlers([&](const event&) {
    ran.set_value(std::this_thread::get_id());
    throw std::runtime_error("mine");
  });
  subscribed to(thread, std::move(handlers), on(threads.give()));
  to.core->opened({});
  push_one(*to.queue, 1);
  const auto where = ran.get_future().get();
  EXPECT_NE(where, std::this_thread::get_id());
  EXPECT_EQ(failed.get_future().get(), where) << "reported where it ran";
  EXPECT_FALSE(thread.is_current());
}

TEST(executor, that_throws_ends_the_subscription) {
  notes reported, seen;
  delivery_thread thread([&](const handler_failure& why) {
    reported.add(why.handler + ": " + why.what + (thread.is_current() ? "" : " (elsewhere)"));
    EXPECT_NE(why.exception, nullptr);
  });
  subscribed to(thread, noting(seen),
                on([](const std::function<void()>&) { throw std::runtime_error("full"); }));
  to.core->opened({});
  thread.drain();
  EXPECT_FALSE(to.handle.active());
  EXPECT_FALSE(push_one(*to.queue, 1));
  thread.drain();
  EXPECT_EQ(reported.all(), texts{deploy + ": the executor threw: full"});
  EXPECT_EQ(seen.all(), texts());
}

TEST(executor, that_destroys_a_job_ends_the_subscription) {
  notes reported, seen;
  kept_jobs kept;
  auto captured = std::make_shared<int>(7);
  const std::weak_ptr<int> watching = captured;
  delivery_thread thread(
      [&](const handler_failure& why) { reported.add(why.handler + ": " + why.what); });
  subscribed to(thread, event_handlers([captured = std::move(captured)](const event&) {}),
                on(kept.give()));
  to.core->opened({});
  thread.drain();
  ASSERT_TRUE(kept.run_one());
  push_one(*to.queue, 1);
  thread.drain();
  ASSERT_EQ(kept.jobs.size(), 1U);
  EXPECT_TRUE(to.handle.active());
  kept.jobs.clear();
  EXPECT_FALSE(to.handle.active());
  thread.drain();
  EXPECT_EQ(reported.all(), texts{deploy + ": the executor destroyed a job without having run it"});
  EXPECT_TRUE(watching.expired()) << "on the delivery thread";
}

TEST(executor, may_destroy_the_jobs_of_what_was_cancelled_and_run_a_job_twice) {
  notes reported, seen;
  kept_jobs kept;
  delivery_thread thread([&](const handler_failure& why) { reported.add(why.what); });
  {
    subscribed to(thread, noting(seen), on(kept.give()));
    to.core->opened({});
    thread.drain();
    const auto job = kept.jobs.front();
    job();
    job();
    kept.jobs.clear();
    push_one(*to.queue, 1);
    thread.drain();
  }
  EXPECT_EQ(kept.jobs.size(), 1U);
  kept.run_one();
  EXPECT_EQ(seen.all(), texts{"start"});

  subscribed other(thread, noting(seen), on(kept.give()));
  other.core->opened({});
  thread.drain();
  other.handle.cancel();
  kept.jobs.clear();
  thread.drain();
  EXPECT_EQ(reported.all(), texts());
}

TEST(executor, that_runs_the_job_itself_ends_the_subscription) {
  notes reported, seen;
  delivery_thread thread([&](const handler_failure& why) { reported.add(why.what); });
  subscribed to(thread, noting(seen), on([](const std::function<void()>& job) { job(); }));
  to.core->opened({});
  thread.drain();
  EXPECT_FALSE(to.handle.active());
  EXPECT_EQ(seen.all(), texts()) << "not on the thread that calls executors";
  thread.drain();
  EXPECT_EQ(reported.all(), texts{"the executor ran a job on the thread that gave it"});
}

// As asio::dispatch does: on its own thread it runs the job at once. The turns do not pile up.
TEST(executor, may_run_the_next_turn_on_its_own_thread_at_once) {
  std::atomic<int> calls{0};
  std::atomic<std::thread::id> own{};
  delivery_thread thread({});
  pool threads(1);
  const auto dispatch = [&own, give = threads.give()](std::function<void()> job) {
    if (std::this_thread::get_id() == own) return job();
    give([&own, job = std::move(job)] {
      own = std::this_thread::get_id();
      job();
    });
  };
  subscribed to(thread, event_handlers([&](const event&) { ++calls; }), on(dispatch), 3);
  to.core->opened({});
  push_many(*to.queue, 0, 50000);
  EXPECT_TRUE(wait_until([&] { return calls == 50000; }, 60s));
}

// A pool ends after the subscriptions that use it, and then it is not called any more.
TEST(executor, is_not_called_once_the_subscription_is_cancelled) {
  delivery_thread thread({});
  for (int i = 0; i < 300; ++i) {
    auto alive = std::make_shared<std::atomic<bool>>(true);
    std::optional<pool> threads(std::in_place, 2);
    auto to =
        std::make_unique<subscribed>(thread, event_handlers([](const event&) {}),
                                     on([alive, give = threads->give()](std::function<void()> job) {
                                       EXPECT_TRUE(*alive);
                                       give(std::move(job));
                                     }),
                                     2);
    to->core->opened({});
    std::thread pushing([queue = to->queue] {
      for (std::uint64_t n = 0; n < 500 && push_one(*queue, n);) ++n;
    });
    while (to->queue->counters().delivered < static_cast<std::size_t>(i % 50)) {
      std::this_thread::yield();
    }
    to->handle.cancel();
    *alive = false;
    threads.reset();
    to.reset();
    pushing.join();
  }
}

// What the end of a client does for subscriptions on executors.
TEST(executor, is_waited_for_until_no_handler_runs) {
  std::promise<void> running, go;
  std::atomic<bool> returned{false};
  kept_jobs none;
  pool threads(1);
  delivery_thread thread({});
  event_handlers handlers([&](const event&) {
    running.set_value();
    go.get_future().wait();
    returned = true;
  });
  handlers.on_end([&](const stream_end&) { EXPECT_TRUE(returned); });
  subscribed to(thread, std::move(handlers), on(threads.give()));
  to.core->opened({});
  push_many(*to.queue, 1, 3);
  running.get_future().wait();
  to.queue->finish_now(done);
  std::thread opener([&] { go.set_value(); });
  to.core->wait_idle();
  EXPECT_TRUE(returned);
  opener.join();

  // A turn that was on its way does nothing.
  subscribed idle(thread, event_handlers([](const event&) { ADD_FAILURE(); }), on(none.give()));
  idle.core->opened({});
  push_one(*idle.queue, 1);
  thread.drain();
  idle.core->wait_idle();
  while (none.run_one()) continue;
}

TEST(executor, is_watched_while_a_handler_runs) {
  std::promise<void> running, go;
  const auto watch = std::make_shared<handler_watch>(5s, std::function<void()>());
  pool threads(1);
  delivery_thread thread({}, watch);
  subscribed to(thread, event_handlers([&](const event&) {
                  running.set_value();
                  go.get_future().wait();
                }),
                on(threads.give()));
  to.core->opened({});
  push_one(*to.queue, 1);
  running.get_future().wait();
  const auto found = watch->check(handler_watch::clock::now() + 6s);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, deploy);
  EXPECT_FALSE(found[0].on_delivery_thread);
  go.set_value();
}

}  // namespace
}  // namespace serf::delivery
