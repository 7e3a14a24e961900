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
  delivery_thread thread([&](const char* what) { reported.emplace_back(what); });
  bool went_on = false;
  thread.post([] { throw std::runtime_error("mine"); });
  thread.post([] { throw 7; });
  thread.post([&] { went_on = true; });
  thread.drain();
  EXPECT_TRUE(went_on);
  ASSERT_EQ(reported.size(), 2U);
  EXPECT_EQ(reported[0], "mine");
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

TEST(delivery_thread, drained_inside_a_job_runs_the_rest_there) {
  std::vector<std::string> order;
  delivery_thread thread({});
  std::promise<void> posted;
  thread.post([&] {
    posted.get_future().wait();
    order.emplace_back("outer begins");
    thread.drain();
    order.emplace_back("outer ends");
  });
  thread.post([&] { order.emplace_back("next"); });
  posted.set_value();
  thread.drain();
  EXPECT_EQ(order, (std::vector<std::string>{"outer begins", "next", "outer ends"}));
}

TEST(delivery_thread, is_not_drained_before_the_job_around_others_is_done) {
  for (int i = 0; i < 100; ++i) {
    delivery_thread thread({});
    std::promise<void> nested, go;
    std::atomic<bool> done{false};
    thread.post([&] {
      thread.post([] {});
      thread.drain();
      nested.set_value();
      go.get_future().wait();
      done = true;
    });
    nested.get_future().wait();
    std::thread opener([&] { go.set_value(); });
    thread.drain();
    EXPECT_TRUE(done);
    opener.join();
  }
}

TEST(delivery_thread, destroyed_inside_a_job_returns_and_ends_after_it) {
  for (int i = 0; i < 100; ++i) {
    auto thread = std::make_unique<delivery_thread>(delivery_thread::exception_hook{});
    auto& posting = *thread;
    std::promise<bool> ended;
    auto ran = std::make_shared<bool>(false);
    posting.post([&thread, &ended, ran] {
      thread->post([ran] { *ran = true; });
      thread.reset();
      ended.set_value(*ran);
    });
    EXPECT_TRUE(ended.get_future().get()) << "what was posted before runs before it is gone";
  }
}

}  // namespace
}  // namespace serf::delivery
