#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include <serf/error.hpp>
#include <serf/subscription.hpp>

#include "delivery/subscription_core.hpp"

namespace serf::delivery {
namespace {

using namespace std::chrono_literals;

TEST(subscription, cancelled_waits_for_the_handler_that_runs) {
  auto core = std::make_shared<subscription_core>();
  subscription kept(core);
  std::promise<void> running, go;
  std::atomic<bool> done{false};
  std::thread handler([&] {
    core->run([&] {
      running.set_value();
      go.get_future().wait();
      done = true;
    });
  });
  running.get_future().wait();
  kept.request_cancel();  // does not wait
  EXPECT_FALSE(done);
  EXPECT_FALSE(kept.active());
  std::thread opener([&] { go.set_value(); });
  kept.cancel();
  EXPECT_TRUE(done);
  handler.join();
  opener.join();
}

TEST(subscription, calls_nothing_once_it_is_cancelled) {
  auto core = std::make_shared<subscription_core>();
  bool called = false;
  { const subscription ended(core); }
  core->run([&] { called = true; });
  EXPECT_FALSE(called);
}

TEST(subscription, can_be_cancelled_by_its_own_handler) {
  auto core = std::make_shared<subscription_core>();
  subscription kept(core);
  int calls = 0;
  for (int i = 0; i < 3; ++i) {
    core->run([&] {
      ++calls;
      kept.cancel();
    });
  }
  EXPECT_EQ(calls, 1);
}

TEST(subscription, moves_with_the_right_to_be_called) {
  auto first = std::make_shared<subscription_core>();
  auto second = std::make_shared<subscription_core>();
  subscription a(first);
  subscription b(std::move(a));
  EXPECT_FALSE(a.active());
  EXPECT_TRUE(b.active());
  b = subscription(second);
  EXPECT_TRUE(first->cancelled());
  EXPECT_FALSE(second->cancelled());
  b = subscription();
  EXPECT_TRUE(second->cancelled());
}

TEST(subscription, ends_the_handler_that_throws_for_those_who_wait) {
  auto core = std::make_shared<subscription_core>();
  EXPECT_THROW(core->run([] { throw 7; }), int);
  subscription(core).cancel();
  EXPECT_TRUE(core->cancelled());
}

errc code_of(std::future<void> future) {
  try {
    future.get();
  } catch (const error& why) {
    return why.failure().code;
  }
  return {};
}

// With handlers that own something, and a count of what they were asked to do.
class watched_core final : public subscription_core {
 public:
  explicit watched_core(std::shared_ptr<int> captured = {}) : captured_(std::move(captured)) {}
  std::atomic<int> cancels{0}, drops{0}, moves{0};
  std::atomic<std::thread::id> dropped_by{};
  using subscription_core::drop_if_idle;
  using subscription_core::run_feed;

 private:
  void on_cancelled() override { ++cancels; }
  void drop_handlers() override {
    ++drops;
    dropped_by = std::this_thread::get_id();
    captured_.reset();
  }
  void drop_elsewhere() override { ++moves; }
  std::shared_ptr<int> captured_;
};

TEST(subscription, runs_handlers_of_several_threads_at_once) {
  auto core = std::make_shared<subscription_core>();
  std::promise<void> first, second;
  std::thread other([&] {
    core->run([&] {
      first.set_value();
      second.get_future().wait();
    });
  });
  first.get_future().wait();
  core->run([&] { second.set_value(); });
  other.join();
}

TEST(subscription, cancelled_in_a_handler_does_not_wait_for_those_on_other_threads) {
  auto core = std::make_shared<watched_core>(std::make_shared<int>(7));
  subscription kept(core);
  std::promise<void> running, go;
  std::thread other([&] {
    core->run([&] {
      running.set_value();
      go.get_future().wait();
      EXPECT_EQ(core->drops, 0) << "never under its feet";
    });
  });
  running.get_future().wait();
  core->run([&] { kept.cancel(); });
  EXPECT_EQ(core->drops, 0);
  go.set_value();
  other.join();
  EXPECT_EQ(core->drops, 1) << "by the last one that ran";
  EXPECT_EQ(core->cancels, 1);
}

TEST(subscription, cancelled_destroys_the_handlers_before_it_returns) {
  for (int i = 0; i < 200; ++i) {
    auto captured = std::make_shared<int>(7);
    const std::weak_ptr<int> watching = captured;
    auto core = std::make_shared<watched_core>(std::move(captured));
    std::atomic<bool> stop{false};
    std::thread runs([&] {
      while (!stop) core->run([&] { EXPECT_FALSE(watching.expired()); });
    });
    std::thread cancels([&] {
      core->cancel();
      EXPECT_TRUE(watching.expired());
    });
    core->cancel();
    EXPECT_TRUE(watching.expired());
    stop = true;
    runs.join();
    cancels.join();
    EXPECT_EQ(core->drops, 1);
    EXPECT_EQ(core->cancels, 1);
  }
}

TEST(subscription, asked_to_cancel_destroys_no_handler_on_that_thread) {
  auto core = std::make_shared<watched_core>();
  core->request_cancel();
  core->request_cancel();
  EXPECT_EQ(core->drops, 0);
  EXPECT_EQ(core->moves, 1);
  EXPECT_EQ(core->cancels, 1);
  core->drop_if_idle();
  core->drop_if_idle();
  EXPECT_EQ(core->drops, 1);
  core->cancel();
  EXPECT_EQ(core->drops, 1);
}

TEST(subscription, lets_its_feed_destroy_no_handler) {
  auto core = std::make_shared<watched_core>();
  EXPECT_TRUE(core->run_feed([&] { core->request_cancel(); }));
  EXPECT_EQ(core->drops, 0);
  EXPECT_EQ(core->moves, 1);
  EXPECT_FALSE(core->run_feed([&] { ADD_FAILURE(); }));
  core->cancel();
  EXPECT_EQ(core->dropped_by, std::this_thread::get_id());
}

TEST(subscription, may_be_owned_by_its_own_handler) {
  class owner final : public subscription_core {
   public:
    std::unique_ptr<subscription> owned;

   private:
    void drop_handlers() override { owned.reset(); }
  };
  auto core = std::make_shared<owner>();
  const std::weak_ptr<owner> watching = core;
  core->owned = std::make_unique<subscription>(core);
  core->run([&] { core->owned->cancel(); });
  EXPECT_EQ(core->owned, nullptr);
  core.reset();
  EXPECT_TRUE(watching.expired());
}

TEST(subscription, may_be_destroyed_or_assigned_to_by_its_handler) {
  auto core = std::make_shared<watched_core>();
  auto kept = std::make_unique<subscription>(core);
  core->run([&] {
    kept.reset();
    EXPECT_EQ(core->drops, 0);
  });
  EXPECT_EQ(core->drops, 1);

  auto next = std::make_shared<watched_core>();
  subscription assigned(next);
  next->run([&] { assigned = subscription(std::make_shared<watched_core>()); });
  EXPECT_EQ(next->drops, 1);
  EXPECT_TRUE(assigned.active());
}

TEST(subscription, waits_until_it_is_idle_and_keeps_its_handlers) {
  auto core = std::make_shared<watched_core>();
  std::promise<void> running, go;
  std::atomic<bool> done{false};
  std::thread handler([&] {
    core->run([&] {
      running.set_value();
      go.get_future().wait();
      done = true;
    });
  });
  running.get_future().wait();
  std::thread opener([&] { go.set_value(); });
  core->wait_idle();
  EXPECT_TRUE(done);
  core->run([] { ADD_FAILURE() << "nothing starts any more"; });
  EXPECT_FALSE(core->cancelled());
  EXPECT_EQ(core->drops, 0);
  handler.join();
  opener.join();
  auto inside = std::make_shared<watched_core>();
  inside->run([&] { inside->wait_idle(); });
}

TEST(subscription, is_ready_when_it_was_opened) {
  auto core = std::make_shared<subscription_core>();
  subscription kept(core);
  auto before = kept.ready();
  EXPECT_EQ(before.wait_for(0s), std::future_status::timeout);
  core->opened({});
  core->opened(failure(errc::timed_out, "late"));
  EXPECT_EQ(code_of(std::move(before)), errc{});
  EXPECT_EQ(code_of(kept.ready()), errc{});

  auto refused = std::make_shared<subscription_core>();
  refused->opened(failure(errc::invalid_event_filter, "no"));
  EXPECT_EQ(code_of(refused->ready()), errc::invalid_event_filter);
}

TEST(subscription, never_opened_is_ready_with_a_failure) {
  auto core = std::make_shared<subscription_core>();
  auto first = core->ready();
  auto second = core->ready();
  core.reset();
  EXPECT_EQ(code_of(std::move(first)), errc::client_closed);
  EXPECT_EQ(code_of(std::move(second)), errc::client_closed);

  auto cancelled = std::make_shared<subscription_core>();
  auto third = cancelled->ready();
  cancelled->request_cancel();
  EXPECT_EQ(code_of(std::move(third)), errc::client_closed) << "while its object lives";
  EXPECT_EQ(code_of(subscription().ready()), errc::client_closed);
}

}  // namespace
}  // namespace serf::delivery
