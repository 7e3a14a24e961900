#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "delivery/delivery_thread.hpp"
#include "support/deadline.hpp"

namespace serf::delivery {
namespace {

using namespace std::chrono_literals;

TEST(mailbox, outlives_its_thread_and_destroys_what_is_posted_then) {
  std::optional<delivery_thread> thread(std::in_place, delivery_thread::exception_hook{});
  const auto mail = thread->mail();
  std::promise<bool> current;
  EXPECT_TRUE(mail.post([&] { current.set_value(mail.is_current()); }));
  EXPECT_TRUE(current.get_future().get());
  EXPECT_FALSE(mail.is_current());
  thread.reset();

  bool ran = false;
  auto captured = std::make_shared<int>(7);
  const std::weak_ptr<int> watching = captured;
  EXPECT_FALSE(mail.post([&ran, captured = std::move(captured)] { ran = true; }));
  EXPECT_TRUE(watching.expired());
  mail.bypass([&ran] { ran = true; });
  mail.report({"members", "mine", nullptr});
  EXPECT_FALSE(ran);
  EXPECT_FALSE(mail.is_current());
}

TEST(mailbox, reports_nothing_and_holds_nothing_of_the_users_once_the_thread_has_ended) {
  auto captured = std::make_shared<std::atomic<int>>(0);
  auto& reported = *captured;
  const std::weak_ptr<std::atomic<int>> watching = captured;
  std::optional<delivery_thread> thread(
      std::in_place, [captured = std::move(captured)](const handler_failure&) { ++*captured; });
  const auto mail = thread->mail();
  mail.report({"members", "mine", nullptr});
  EXPECT_EQ(reported, 1);
  thread.reset();
  EXPECT_TRUE(watching.expired());
  mail.report({"members", "mine", nullptr});
}

TEST(mailbox, calls_a_handler_where_it_is_told_to) {
  std::vector<std::string> reported;
  delivery_thread thread([&](const handler_failure& why) { reported.push_back(why.handler); });
  const auto here = std::this_thread::get_id();
  thread.mail().call("a", [&] { EXPECT_EQ(std::this_thread::get_id(), here); });
  thread.mail().call("b", [] { throw std::runtime_error("mine"); });
  EXPECT_EQ(reported, std::vector<std::string>{"b"});
}

TEST(bypass, runs_one_after_the_other_beside_a_thread_that_is_stuck) {
  std::atomic<int> at_once{0}, most{0}, done{0};
  std::promise<void> go;
  delivery_thread thread({});
  thread.post([&] { go.get_future().wait(); });
  for (int i = 0; i < 100; ++i) {
    thread.mail().bypass([&, i] {
      most = std::max<int>(most, ++at_once);
      EXPECT_EQ(done, i);
      --at_once;
      ++done;
    });
    // Some find the last one's thread gone, some still there.
    if (i % 3 == 0) {
      EXPECT_TRUE(testing::wait_until([&] { return done == i + 1; }, 20s));
    }
  }
  EXPECT_TRUE(testing::wait_until([&] { return done == 100; }, 20s));
  EXPECT_EQ(most, 1);
  go.set_value();
}

TEST(bypass, never_waits_for_the_job_before) {
  std::promise<void> go;
  std::atomic<int> done{0};
  {
    delivery_thread thread({});
    thread.mail().bypass([&] { go.get_future().wait(), ++done; });
    thread.mail().bypass([&] { ++done; });
    EXPECT_EQ(done, 0);
    go.set_value();
  }
  EXPECT_EQ(done, 2) << "over when the thread has ended";
}

TEST(bypass, bears_its_name_takes_no_signals_and_drops_what_is_thrown) {
  std::string name(16, '\0');
  sigset_t mask;
  {
    delivery_thread thread({});
    thread.mail().bypass([] { throw 7; });
    thread.mail().bypass([&] {
      ::pthread_getname_np(::pthread_self(), name.data(), name.size());
      ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    });
  }
  EXPECT_STREQ(name.c_str(), "serf-watch");
  EXPECT_EQ(sigismember(&mask, SIGINT), 1);
}

TEST(bypass, may_end_the_delivery_thread) {
  for (int i = 0; i < 50; ++i) {
    auto thread = std::make_unique<delivery_thread>(delivery_thread::exception_hook{});
    const auto mail = thread->mail();
    std::promise<void> ended;
    mail.bypass([&] {
      thread->drain();
      thread.reset();
      ended.set_value();
    });
    ended.get_future().wait();
    EXPECT_TRUE(testing::wait_until([&] { return !mail.post([] {}); }, 20s));
  }
}

}  // namespace
}  // namespace serf::delivery
