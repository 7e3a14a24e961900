#include "delivery/delivery_thread.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace serf::delivery {
namespace {

using namespace std::chrono_literals;

TEST(delivery_thread, runs_jobs_in_the_order_in_which_they_were_posted) {
  std::vector<int> order;
  {
    delivery_thread thread({});
    for (int i = 0; i < 1000; ++i) thread.post([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(delivery_thread, takes_jobs_that_can_only_be_moved) {
  int seen = 0;
  delivery_thread thread({});
  thread.post([&seen, value = std::make_unique<int>(7)] { seen = *value; });
  thread.drain();
  EXPECT_EQ(seen, 7);
}

TEST(delivery_thread, reports_what_a_job_throws_and_goes_on) {
  std::vector<std::string> reported;
  delivery_thread thread([&](const handler_failure& why) {
    reported.push_back(why.handler + ": " + why.what);
    EXPECT_NE(why.exception, nullptr);
    throw 7;  // dropped
  });
  bool went_on = false;
  thread.post("members", [] { throw std::runtime_error("mine"); });
  thread.post([] { throw 7; });
  thread.post([&] { went_on = true; });
  thread.drain();
  EXPECT_TRUE(went_on);
  ASSERT_EQ(reported.size(), 2U);
  EXPECT_EQ(reported[0], "members: mine");
  EXPECT_EQ(reported[1], ": an exception that is no std::exception");
}

TEST(delivery_thread, bears_its_name_and_takes_no_signals) {
  std::string name(16, '\0');
  sigset_t mask;
  delivery_thread thread({});
  thread.post([&] {
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  });
  thread.drain();
  EXPECT_STREQ(name.c_str(), "serf-deliver");
  EXPECT_EQ(sigismember(&mask, SIGINT), 1);
  EXPECT_EQ(sigismember(&mask, SIGCHLD), 1);

  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  EXPECT_EQ(sigismember(&mask, SIGINT), 0) << "the application's own mask stays";
}

TEST(delivery_thread, drains_what_was_posted_before) {
  delivery_thread thread({});
  std::promise<void> go;
  std::atomic<bool> done{false};
  thread.post([&] {
    go.get_future().wait();
    done = true;
  });
  std::thread opener([&] { go.set_value(); });
  thread.drain();
  EXPECT_TRUE(done);
  opener.join();
}

TEST(delivery_thread, drained_inside_a_job_returns_at_once_and_runs_the_rest_after_it) {
  std::vector<std::string> order;
  delivery_thread thread({});
  std::promise<void> posted;
  thread.post([&] {
    posted.get_future().wait();
    order.emplace_back("first begins");
    thread.drain();
    order.emplace_back("first ends");
  });
  thread.post([&] { order.emplace_back("second"); });
  posted.set_value();
  thread.drain();
  EXPECT_EQ(order, (std::vector<std::string>{"first begins", "first ends", "second"}));
}

TEST(delivery_thread, is_not_drained_before_what_a_job_has_captured_is_gone) {
  for (int i = 0; i < 100; ++i) {
    delivery_thread thread({});
    auto captured = std::make_shared<int>(7);
    const std::weak_ptr<int> watching = captured;
    thread.post([captured = std::move(captured)] { throw std::runtime_error("mine"); });
    thread.drain();
    EXPECT_TRUE(watching.expired());
  }
}

TEST(delivery_thread, destroyed_inside_a_job_runs_the_rest_after_it_and_ends) {
  for (int i = 0; i < 100; ++i) {
    auto thread = std::make_unique<delivery_thread>(delivery_thread::exception_hook{});
    auto& posting = *thread;
    std::promise<std::string> ended;
    auto order = std::make_shared<std::string>();
    posting.post([&thread, &ended, order] {
      thread->post([&ended, order] { ended.set_value(*order += " second"); });
      thread.reset();
      *order += "first";
    });
    EXPECT_EQ(ended.get_future().get(), "first second");
  }
}

TEST(delivery_thread, may_be_stopped_by_its_job_and_by_its_owner) {
  delivery_thread thread({});
  std::promise<void> stopped;
  thread.post([&] {
    thread.stop();
    stopped.set_value();
  });
  stopped.get_future().wait();
  thread.stop();
  thread.drain();
}

}  // namespace
}  // namespace serf::delivery
