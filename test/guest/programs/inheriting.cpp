// Forks while something of a client lies outside it: inheriting <address> jobs.
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <serf/client.hpp>

#include "guest.hpp"

namespace {

using guest::expect;

// A loop of the application's own, with jobs of handlers in it.
class loop {
 public:
  serf::stream_options place() {
    return serf::stream_options().deliver(serf::delivery::on([this](std::function<void()> job) {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }));
  }
  bool has_job() {
    const std::lock_guard lock(mutex_);
    return !jobs_.empty();
  }
  void run_all() {
    while (has_job()) {
      std::function<void()> job;
      {
        const std::lock_guard lock(mutex_);
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }
  void drop_all() { jobs_.clear(); }

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> jobs_;
};

// The child inherits a loop with a job of an executor in it, and runs it or destroys it, most times
// while other threads of the parent hold locks.
void jobs(const char* address) {
  loop own;
  std::atomic<int> handled{0};
  serf::client client{serf::client_options(address)};
  auto deploys = client.subscribe(
      "user:deploy", [&](const serf::user_event&) { ++handled; }, own.place());
  deploys.ready().get();
  while (!own.has_job()) ::usleep(1000);  // that of the start
  own.run_all();
  client.event("deploy", "v1").get();
  while (!own.has_job()) ::usleep(1000);

  std::atomic<bool> stop{false};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        client.stats().get();
        deploys.counters();
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      i % 2 == 0 ? own.run_all() : own.drop_all();
      expect(handled == 0, "no handler runs in the child");
      ::_exit(0);
    }
    expect(guest::status_of(child) == 0, "the child ends with 0");
  }
  stop = true;
  for (auto& each : callers) each.join();
  expect(deploys.active(), "the parent's subscription goes on");
  own.run_all();
  expect(handled == 1, "the parent's handler runs, once");
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 3, "two arguments");
  const std::string what = arguments[2];
  const char* const address = arguments[1];
  if (what == "jobs") jobs(address);
  return 0;
}
