#include "delivery/executor_thread.hpp"

#include <gtest/gtest.h>

#include <pthread.h>

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "executors.hpp"
#include "subscribed.hpp"

namespace serf::delivery {
namespace {

TEST(executor_thread, has_a_name_and_starts_when_it_is_first_asked_for) {
  const auto threads_of_this_process = [] {
    const std::filesystem::directory_iterator all("/proc/self/task");
    return std::distance(begin(all), end(all));
  };
  delivery_thread thread({});
  const auto before = threads_of_this_process();
  executor_thread calling(thread);
  calling.drain();
  EXPECT_EQ(threads_of_this_process(), before);
  std::promise<std::string> name;
  calling.mail().post([&] {
    char own[16] = {};
    ::pthread_getname_np(::pthread_self(), own, sizeof own);
    name.set_value(own);
  });
  EXPECT_EQ(name.get_future().get(), "serf-executor");
  calling.stop();
  EXPECT_FALSE(calling.mail().post([] {}));
}

TEST(executor_thread,
     holds_up_with_an_executor_that_blocks_neither_who_pushes_nor_the_delivery_thread) {
  std::promise<void> called, go;
  kept_jobs kept;
  delivery_thread thread({});
  executor_thread calling(thread);
  const auto queue = std::make_shared<event_queue>(stream_options());
  const auto core = event_subscription::make(queue, event_handlers([](const event&) {}),
                                             {on([&](std::function<void()> job) {
                                                called.set_value();
                                                go.get_future().wait();
                                                kept.jobs.push_back(std::move(job));
                                              }),
                                              1, deploy, calling.mail()},
                                             thread, {});
  core->opened({});
  called.get_future().wait();
  EXPECT_TRUE(push_one(*queue, 1));
  thread.drain();
  go.set_value();
  calling.drain();
  EXPECT_EQ(kept.jobs.size(), 1U);
  core->cancel();
}

}  // namespace
}  // namespace serf::delivery
