#include "client/attempts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace serf {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using ::testing::ElementsAre;

std::vector<endpoint> endpoints(const std::vector<std::string>& names) {
  std::vector<endpoint> all;
  for (const auto& each : names) all.push_back({each, 1, each});
  return all;
}

reconnect_options steady() {
  return reconnect_options().initial_delay(100ms).max_delay(1s).jitter(0);
}

TEST(growing_delay, doubles_up_to_its_maximum) {
  growing_delay delay(steady());
  std::vector<nanoseconds> all;
  for (int i = 0; i < 6; ++i) all.push_back(delay.next());
  EXPECT_THAT(all, ElementsAre(100ms, 200ms, 400ms, 800ms, 1s, 1s));
}

TEST(growing_delay, stays_the_same_with_a_multiplier_of_one) {
  growing_delay delay(steady().multiplier(1));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(delay.next(), 100ms);
}

TEST(growing_delay, starts_anew_behind_a_connection_that_lasted_and_no_other) {
  growing_delay delay(steady());
  delay.next();
  delay.next();
  delay.lasted(10ms);
  EXPECT_EQ(delay.next(), 400ms);
  delay.lasted(10s);
  EXPECT_EQ(delay.next(), 100ms);
}

TEST(growing_delay, can_be_as_long_as_time_can_tell) {
  growing_delay delay(
      reconnect_options().initial_delay(1h).max_delay(nanoseconds::max()).multiplier(1e300), 1);
  delay.next();
  for (int i = 0; i < 20; ++i) EXPECT_GT(delay.next(), std::chrono::hours(24 * 365 * 200));
}

TEST(growing_delay, differs_between_clients_by_no_more_than_its_jitter) {
  std::set<nanoseconds> seen;
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    growing_delay delay(steady().jitter(0.2), seed);
    seen.insert(delay.next());
  }
  EXPECT_GT(seen.size(), 50U);
  EXPECT_GE(*seen.begin(), 80ms);
  EXPECT_LE(*seen.rbegin(), 120ms);
}

TEST(attempts, go_to_each_endpoint_in_turn_without_delay_and_then_wait) {
  attempts to(endpoints({"a", "b", "c"}), steady());
  EXPECT_EQ(to.where().host, "a");
  for (const auto* name : {"b", "c"}) {
    const auto next = to.next(std::nullopt);
    EXPECT_EQ(next->where.host, name);
    EXPECT_EQ(next->delay, 0ms);
    EXPECT_FALSE(to.round_is_over());
  }
  const auto next = to.next(std::nullopt);
  EXPECT_EQ(next->where.host, "a");
  EXPECT_EQ(next->delay, 100ms);
  EXPECT_TRUE(to.round_is_over());
  EXPECT_EQ(to.number(), 4);
}

TEST(attempts, wait_behind_a_loss_and_take_the_next_endpoint) {
  attempts to(endpoints({"a", "b"}), steady());
  const auto next = to.next(nanoseconds(5min));
  EXPECT_EQ(next->where.host, "b");
  EXPECT_EQ(next->delay, 100ms);
  EXPECT_EQ(to.number(), 1);
}

TEST(attempts, that_were_given_are_counted_anew_behind_a_connection) {
  attempts to(endpoints({"a"}), steady().max_attempts(2));
  EXPECT_TRUE(to.next(std::nullopt));
  EXPECT_TRUE(to.next(nanoseconds(1s)));
  EXPECT_TRUE(to.next(std::nullopt));
  EXPECT_FALSE(to.next(std::nullopt));
}

}  // namespace
}  // namespace serf
