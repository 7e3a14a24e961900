#include "delivery/handled_subscription.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "subscribed.hpp"

namespace serf::delivery {
namespace {

const stream_end done{stream_state::done, {}};

TEST(handled_subscription, hears_of_the_start_first_of_all_records_in_order_and_of_the_end_last) {
  notes seen;
  delivery_thread thread({});
  subscribed to(thread, noting(seen));
  push_many(*to.queue, 1, 3);
  thread.drain();
  EXPECT_EQ(seen.all(), texts()) << "not opened yet";
  to.core->opened({});
  push_many(*to.queue, 4, 97);
  to.queue->push_gap({gap_reason::reconnected, 0});
  to.queue->finish(done);
  to.queue->finish_now(done);
  thread.drain();
  // What finish_now discards depends on how far it was: start and end are there, once.
  const auto heard = seen.all();
  ASSERT_GE(heard.size(), 2U);
  EXPECT_EQ(heard.front(), "start");
  EXPECT_EQ(heard.back(), "done");
  for (std::size_t i = 1; i + 1 < heard.size() && i <= 100; ++i) {
    EXPECT_EQ(heard[i], std::to_string(i));
  }
  EXPECT_FALSE(to.handle.active());
  EXPECT_TRUE(adds_up(to.handle.counters()));
}

TEST(handled_subscription, gets_every_record_and_then_the_end) {
  notes seen;
  {
    delivery_thread thread({});
    subscribed to(thread, noting(seen));
    to.core->opened({});
    for (std::uint64_t i = 0; i < 2000; i += 7) push_many(*to.queue, i, 7);
    to.queue->finish(done);
    std::promise<void> ended;
    EXPECT_TRUE(to.handle.active() || to.core->ended());
    while (!to.core->ended()) std::this_thread::yield();
    thread.drain();
  }
  const auto heard = seen.all();
  ASSERT_EQ(heard.size(), 2004U);
  EXPECT_EQ(heard.front(), "start");
  for (std::size_t i = 0; i < 2002; ++i) ASSERT_EQ(heard[i + 1], std::to_string(i));
  EXPECT_EQ(heard.back(), "done");
}

TEST(handled_subscription, refused_hears_why_and_of_its_end) {
  notes seen;
  delivery_thread thread({});
  subscribed to(thread, noting(seen));
  to.queue->finish({stream_state::rejected, failure(errc::invalid_event_filter, "no")});
  to.core->opened(failure(errc::invalid_event_filter, "no"));
  thread.drain();
  EXPECT_EQ(seen.all(), (texts{"refused", "rejected"}));
}

// What the end of a client relies on: finish_now() and then drain().
TEST(handled_subscription, has_heard_of_the_end_when_the_delivery_thread_is_drained) {
  for (int i = 0; i < 300; ++i) {
    notes seen;
    delivery_thread thread({});
    subscribed to(thread, noting(seen));
    to.core->opened({});
    std::promise<void> finished;
    std::thread io([&] {
      push_many(*to.queue, 1, 32U * (1U + static_cast<unsigned>(i) % 3));
      // Half of them when a turn is just over.
      while (i % 2 == 0 && to.handle.counters().delivered < 32) std::this_thread::yield();
      to.queue->finish_now(done);
      finished.set_value();
    });
    finished.get_future().wait();
    thread.drain();
    const auto heard = seen.all();
    io.join();
    ASSERT_EQ(heard.back(), "done");
  }
}

TEST(handled_subscription, cancelled_hears_of_no_end) {
  notes seen;
  delivery_thread thread({});
  subscribed to(thread, noting(seen));
  to.core->opened({});
  thread.drain();
  to.handle.cancel();
  to.queue->finish(done);
  thread.drain();
  EXPECT_EQ(seen.all(), texts{"start"});
  EXPECT_FALSE(push_one(*to.queue, 1)) << "the feed is told to detach";
}

TEST(handled_subscription, lets_others_have_their_turn_after_32_records) {
  notes seen;
  delivery_thread thread({});
  std::promise<void> go;
  thread.post([&] { go.get_future().wait(); });
  subscribed busy(thread, event_handlers([&](const event&) { seen.add("busy"); }));
  subscribed quiet(thread, event_handlers([&](const event&) { seen.add("quiet"); }));
  busy.core->opened({});
  quiet.core->opened({});
  push_many(*busy.queue, 1, 70);
  push_many(*quiet.queue, 1, 40);
  go.set_value();
  while (busy.handle.counters().delivered + quiet.handle.counters().delivered < 110) {
    std::this_thread::yield();
  }
  thread.drain();
  texts expected;
  const auto turn = [&](const char* who, int records) {
    expected.insert(expected.end(), static_cast<std::size_t>(records), who);
  };
  turn("busy", 32);
  turn("quiet", 32);
  turn("busy", 32);
  turn("quiet", 8);
  turn("busy", 6);
  EXPECT_EQ(seen.all(), expected);
}

TEST(handled_subscription, reports_what_its_handlers_throw_and_goes_on) {
  notes seen, reported;
  delivery_thread thread(
      [&](const handler_failure& why) { reported.add(why.handler + ": " + why.what); });
  event_handlers handlers([&](const event& e) {
    seen.add(in_short(e));
    throw std::runtime_error("of " + in_short(e));
  });
  handlers.on_start([](const result<void>&) { throw std::runtime_error("of the start"); })
      .on_end([](const stream_end&) { throw std::runtime_error("of the end"); });
  subscribed to(thread, std::move(handlers));
  to.core->opened({});
  push_many(*to.queue, 1, 2);
  while (!to.core->ended()) {
    if (to.handle.counters().delivered == 2) to.queue->finish(done);
    std::this_thread::yield();
  }
  thread.drain();
  EXPECT_EQ(seen.all(), (texts{"1", "2"}));
  EXPECT_EQ(reported.all(), (texts{deploy + ": of the start", deploy + ": of 1", deploy + ": of 2",
                                   deploy + ": of the end"}));
}

TEST(handled_subscription, hands_on_a_gap_that_no_handler_takes) {
  std::atomic<std::uint64_t> unhandled{0}, handled{0};
  const auto hook = [&](const gap& missing) { unhandled += missing.count; };
  delivery_thread thread({});
  subscribed without(thread, event_handlers([](const user_event&) {}), {}, 1, hook);
  event_handlers taking;
  taking.on_gap([&](const gap& missing) { handled += missing.count; });
  subscribed with(thread, std::move(taking), {}, 1, hook);
  for (auto* each : {&without, &with}) {
    each->queue->push_gap({gap_reason::agent_dropped, 3});
    each->core->opened({});
  }
  thread.drain();
  EXPECT_EQ(unhandled, 3U);
  EXPECT_EQ(handled, 3U);
}

TEST(handled_subscription, can_be_cancelled_by_its_handler_through_what_it_is_given) {
  notes seen;
  delivery_thread thread({});
  auto captured = std::make_shared<int>(7);
  const std::weak_ptr<int> watching = captured;
  subscribed to(thread, event_handlers([&seen, captured = std::move(captured)](
                                           const event& e, const subscription_ref& self) {
                  seen.add(in_short(e));
                  if (in_short(e) == "2") {
                    EXPECT_TRUE(self.active());
                    EXPECT_EQ(self.counters().delivered, 2U);
                    self.cancel();
                    EXPECT_FALSE(self.active());
                    EXPECT_EQ(*captured, 7) << "there until the handler has returned";
                  }
                }));
  to.core->opened({});
  push_many(*to.queue, 1, 5);
  thread.drain();
  EXPECT_EQ(seen.all(), (texts{"1", "2"}));
  EXPECT_TRUE(watching.expired());
  EXPECT_EQ(to.handle.counters(),
            (stream_counters{5, 2, 3, 0, 0, to.handle.counters().max_queued}));
}

TEST(handled_subscription, may_be_destroyed_by_its_handler) {
  for (int i = 0; i < 100; ++i) {
    delivery_thread thread({});
    std::unique_ptr<subscribed> to;
    std::atomic<int> calls{0};
    auto captured = std::make_shared<int>(7);
    const std::weak_ptr<int> watching = captured;
    to = std::make_unique<subscribed>(
        thread, event_handlers([&, captured = std::move(captured)](const event&) {
          to.reset();
          ++calls;
          EXPECT_EQ(*captured, 7);
        }));
    const auto queue = to->queue;
    to->core->opened({});
    push_many(*queue, 1, 3);
    thread.drain();
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(watching.expired());
  }
}

// The guarantee, from another thread, at whatever moment.
TEST(handled_subscription, once_cancelled_runs_nothing_and_has_destroyed_its_handlers) {
  delivery_thread thread({});
  for (int i = 0; i < 1000; ++i) {
    auto captured = std::make_shared<std::atomic<int>>(0);
    const std::weak_ptr<std::atomic<int>> watching = captured;
    subscribed to(thread,
                  event_handlers([captured = std::move(captured)](const event&) { ++*captured; }));
    std::thread pushing([queue = to.queue, core = std::weak_ptr<event_subscription>(to.core)] {
      if (const auto opened = core.lock()) opened->opened({});
      for (std::uint64_t n = 0; push_one(*queue, n) && n < 1000;) ++n;
    });
    if (i % 2 == 0) {
      while (to.handle.counters().delivered < static_cast<std::size_t>(i % 7))
        std::this_thread::yield();
    }
    if (i % 3 == 0) to.handle.request_cancel();
    to.handle.cancel();
    EXPECT_TRUE(watching.expired());
    EXPECT_TRUE(adds_up(to.handle.counters()));
    pushing.join();
  }
}

// Tells on which thread it is destroyed.
struct destroyed_on {
  explicit destroyed_on(std::promise<std::thread::id>& to) : told(to) {}
  ~destroyed_on() { told.set_value(std::this_thread::get_id()); }
  std::promise<std::thread::id>& told;
};

TEST(handled_subscription, asked_to_cancel_destroys_its_handlers_on_the_delivery_thread) {
  std::promise<std::thread::id> current, where;
  delivery_thread thread({});
  thread.post([&] { current.set_value(std::this_thread::get_id()); });
  subscribed to(
      thread, event_handlers([captured = std::make_shared<destroyed_on>(where)](const event&) {}));
  to.core->opened({});
  thread.drain();
  to.handle.request_cancel();
  EXPECT_EQ(where.get_future().get(), current.get_future().get());
}

TEST(handled_subscription, outlives_the_delivery_thread) {
  std::promise<std::thread::id> where;
  auto thread = std::make_unique<delivery_thread>(delivery_thread::exception_hook{});
  subscribed to(*thread, event_handlers([captured = std::make_shared<destroyed_on>(where)](
                                            const event&) { ADD_FAILURE(); }));
  thread.reset();
  to.core->opened({});
  push_one(*to.queue, 1);
  to.handle.request_cancel();
  auto destroyed = where.get_future();
  EXPECT_EQ(destroyed.wait_for(std::chrono::seconds(0)), std::future_status::timeout)
      << "not by who may hold a lock that the captures take";
  to.handle.cancel();
  EXPECT_EQ(destroyed.get(), std::this_thread::get_id());
}

}  // namespace
}  // namespace serf::delivery
