// Forks while something of a client lies outside it: inheriting <address> jobs|recording.
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
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

// What the child has destroyed does not keep the file from the next client that records to it.
void recording(const char* address) {
  char path[] = "/tmp/serf_inheriting_XXXXXX";
  const int made = ::mkstemp(path);
  expect(made >= 0, "a file");
  ::close(made);
  const auto options = serf::client_options(address).session_recording(path);
  const auto before = guest::descriptors();
  auto client = std::make_unique<serf::client>(options);
  client->members().get();
  int destroyed[2], over[2];
  expect(::pipe(destroyed) == 0 && ::pipe(over) == 0, "two pipes");
  const pid_t child = ::fork();
  if (child == 0) {
    client.reset();
    for (const int each : {destroyed[0], over[1]}) ::close(each);
    expect(guest::descriptors().size() == before.size() + 2, "but for two pipes nothing is open");
    expect(::write(destroyed[1], "x", 1) == 1, "a word");
    char nothing = 0;
    static_cast<void>(::read(over[0], &nothing, 1));
    ::_exit(0);
  }
  ::close(destroyed[1]);
  char word = 0;
  expect(::read(destroyed[0], &word, 1) == 1, "a word from the child");
  client->members().get();
  client.reset();
  const auto again = serf::client::create(options);
  expect(again.has_value(), again ? "" : again.error().message);
  ::close(over[1]);
  expect(guest::status_of(child) == 0, "the child ends with 0");
  ::unlink(path);
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 3, "two arguments");
  const std::string what = arguments[2];
  const char* const address = arguments[1];
  if (what == "jobs") jobs(address);
  if (what == "recording") recording(address);
  return 0;
}
