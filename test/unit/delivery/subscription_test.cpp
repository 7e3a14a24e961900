#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

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

}  // namespace
}  // namespace serf::delivery
