#include "delivery/handler_watch.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "delivery/delivery_thread.hpp"

namespace serf::delivery {
namespace {

using namespace std::chrono_literals;
using running = handler_watch::running;

const std::string deploy = "the subscription to user:deploy";
const std::string members = "members";

TEST(handler_watch, finds_a_handler_over_the_limit_once_while_it_runs) {
  handler_watch watch(5s, {});
  const auto now = handler_watch::clock::now();
  {
    const running slow(watch, deploy, true);
    EXPECT_TRUE(watch.check(now).empty());
    const auto found = watch.check(now + 6s);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].name, deploy);
    EXPECT_TRUE(found[0].on_delivery_thread);
    EXPECT_GE(found[0].running_for, 5s);
    EXPECT_TRUE(watch.check(now + 20s).empty());
  }
  const running again(watch, deploy);
  const auto found = watch.check(now + 20s);
  ASSERT_EQ(found.size(), 1U) << "each run is told of";
  EXPECT_FALSE(found[0].on_delivery_thread);
}

TEST(handler_watch, does_not_find_what_has_returned) {
  handler_watch watch(5s, {});
  { const running quick(watch, deploy); }
  const running first(watch, deploy);
  { const running between(watch, members); }
  const auto found = watch.check(handler_watch::clock::now() + 6s);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, deploy);
}

TEST(handler_watch, asks_to_be_checked_once_for_many_handlers) {
  int armed = 0;
  handler_watch watch(5s, [&armed] { ++armed; });
  const auto start = handler_watch::clock::now();
  for (int i = 0; i < 100; ++i) {
    const running quick(watch, deploy);
    // As the owner does: it comes when it is asked, late or soon.
    if (i == 3) {
      EXPECT_TRUE(watch.next());
    }
  }
  EXPECT_EQ(armed, 1);
  ASSERT_TRUE(watch.next()) << "the check that was asked for is kept, or each start would ask";
  EXPECT_GE(*watch.next(), start + 5s);
  { const running quick(watch, deploy); }
  EXPECT_EQ(armed, 1);

  EXPECT_TRUE(watch.check(start + 20s).empty());
  EXPECT_FALSE(watch.next()) << "nothing runs: it lapses";
  { const running quick(watch, deploy); }
  EXPECT_EQ(armed, 2);
}

TEST(handler_watch, is_due_next_when_the_first_of_those_that_run_is) {
  handler_watch watch(5s, {});
  EXPECT_FALSE(watch.next());
  const auto before = handler_watch::clock::now();
  const running first(watch, deploy);
  const auto after = handler_watch::clock::now();
  const running second(watch, members);
  EXPECT_GE(*watch.next(), before + 5s);
  EXPECT_LE(*watch.next(), after + 5s);
  EXPECT_EQ(watch.check(before + 60s).size(), 2U);
  EXPECT_FALSE(watch.next()) << "all were told of";
}

TEST(handler_watch, without_a_limit_or_once_stopped_asks_for_nothing) {
  int armed = 0;
  handler_watch off(0s, [&armed] { ++armed; });
  const running unwatched(off, deploy);
  EXPECT_FALSE(off.next());
  EXPECT_TRUE(off.check(handler_watch::clock::now() + 1h).empty());

  handler_watch stopped(5s, [&armed] { ++armed; });
  stopped.stop();
  const running after(stopped, deploy);
  EXPECT_EQ(armed, 0);
  handler_watch endless(std::chrono::nanoseconds::max(), {});
  const running forever(endless, deploy);
  EXPECT_TRUE(endless.check(handler_watch::clock::now() + 1h).empty());
}

TEST(handler_watch, knows_the_handler_that_the_delivery_thread_is_stuck_in) {
  std::promise<void> asked, go;
  const auto watch = std::make_shared<handler_watch>(1ns, [&asked] { asked.set_value(); });
  delivery_thread thread({}, watch);
  std::promise<void> running_now;
  std::string said;
  thread.post([] {});  // no handler
  thread.post(members, [&] {
    running_now.set_value();
    go.get_future().wait();
  });
  asked.get_future().wait();
  running_now.get_future().wait();
  const auto found = watch->check(handler_watch::clock::now() + 1s);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, members);
  EXPECT_TRUE(found[0].on_delivery_thread);
  // It can be said at once.
  std::promise<void> told;
  thread.mail().bypass([&] {
    said = found[0].name;
    told.set_value();
  });
  told.get_future().wait();
  EXPECT_EQ(said, members);
  go.set_value();
}

}  // namespace
}  // namespace serf::delivery
