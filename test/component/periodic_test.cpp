// Calls at equal intervals: they end with their client, or with their subscription.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;

class periodic : public ::testing::Test {
 protected:
  client_options options() const { return client_options(agent_.address()).reconnect(false); }

  fake_agent agent_;
};

TEST_F(periodic, keepalive_comes_again_and_again_until_it_is_cancelled) {
  client asking(options());
  auto kept = asking.every(1ms, [&] { asking.event("keepalive").get(); });
  ASSERT_TRUE(agent_.wait_for_request("event", 20s, 5));
  kept.cancel();
  const auto sent = agent_.requests("event").size();
  EXPECT_EQ(asking.members().get().size(), 1U);
  EXPECT_EQ(agent_.requests("event").size(), sent);
}

TEST_F(periodic, call_does_not_drift_and_leaves_out_what_it_missed) {
  client asking(options());
  std::mutex mutex;
  std::vector<std::chrono::steady_clock::time_point> calls;
  const auto start = std::chrono::steady_clock::now();
  constexpr auto period = 20ms;
  auto kept = asking.every(period, [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    calls.push_back(std::chrono::steady_clock::now());
    if (calls.size() == 2) testing::wait_until([] { return false; }, 50ms);  // two periods and more
  });
  const auto count = [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return calls.size();
  };
  ASSERT_TRUE(testing::wait_until([&] { return count() >= 6; }, 20s));
  kept.cancel();
  // However late each was, it was not before its time; and none was made up for.
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto due = start + period * static_cast<int>(i + 1);
    EXPECT_GE(calls[i] + 5ms, due) << i;
  }
  EXPECT_GE(calls[2] - calls[1], 50ms);
}

TEST_F(periodic, call_may_cancel_itself_and_destroy_its_client) {
  auto asking = std::make_unique<client>(options());
  int once = 0;
  auto self = asking->every(1ms, [&](const subscription_ref& ref) {
    ++once;
    ref.cancel();
  });
  std::promise<void> gone;
  auto ends = asking->every(5ms, [&] {
    asking.reset();
    gone.set_value();
  });
  ASSERT_EQ(gone.get_future().wait_for(20s), std::future_status::ready);
  self.cancel();
  EXPECT_EQ(once, 1);
}

TEST_F(periodic, call_that_throws_is_reported_and_comes_again) {
  std::promise<std::string> told;
  std::atomic<int> calls{0};
  client asking(options().on_handler_failure([&](const handler_failure& what) {
    if (calls == 1) told.set_value(what.handler + ": " + what.what);
  }));
  auto kept = asking.every(1ms, [&] {
    if (++calls == 1) throw std::runtime_error("boom");
  });
  EXPECT_EQ(told.get_future().get(), "every: boom");
  EXPECT_TRUE(testing::wait_until([&] { return calls > 2; }, 20s));
}

TEST_F(periodic, call_of_no_period_is_refused) {
  client asking(options());
  EXPECT_THROW(static_cast<void>(asking.every(0s, [] {})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(asking.every(-1s, [] {})), std::invalid_argument);
}

}  // namespace
}  // namespace serf
