// Compiled with -fno-exceptions: handlers and results are all it uses. without_exceptions
// <address>.
#include <condition_variable>
#include <mutex>
#include <string>

#include <serf/client.hpp>

#include "guest.hpp"

namespace {

using namespace std::chrono_literals;
using guest::expect;

class waiter {
 public:
  void done() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++done_;
    changed_.notify_all();
  }
  void wait_for(int count, const std::string& what) {
    std::unique_lock<std::mutex> lock(mutex_);
    expect(changed_.wait_for(lock, 20s, [&] { return done_ >= count; }), what);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int done_ = 0;
};

template <class Call>
void expect_success(const char* what, Call call) {
  waiter answered;
  call([&](const auto& outcome) {
    expect(outcome.has_value(), outcome.has_value() ? "" : outcome.error().message);
    answered.done();
  });
  answered.wait_for(1, what);
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 2, "one argument");
  const auto bad = serf::client::create(serf::client_options("no port"));
  expect(!bad && bad.error().code == serf::errc::invalid_argument, "bad options are a failure");

  auto made = serf::client::create(serf::client_options(arguments[1]));
  expect(made.has_value(), "a client");
  serf::client client = std::move(*made);
  expect_success("ready", [&](auto told) { client.ready(told); });
  expect_success("members", [&](auto told) { client.members(told); });
  expect_success("stats", [&](auto told) { client.stats(told); });
  expect_success("tags", [&](auto told) { client.tags(serf::tag_changes().set("a", "b"), told); });

  waiter refused, started, came, ended, asked;
  client.event("", "no name", [&](const serf::result<void>& outcome) {
    expect(!outcome && outcome.error().code == serf::errc::invalid_argument, "no name, no event");
    refused.done();
  });
  refused.wait_for(1, "what no agent takes is refused");

  auto events =
      client.subscribe("user", serf::event_handlers()
                                   .on_start([&](const serf::result<void>& outcome) {
                                     expect(outcome.has_value(), "the stream starts");
                                     started.done();
                                   })
                                   .on_user([&](const serf::user_event&) { came.done(); })
                                   .on_end([&](const serf::stream_end&) { ended.done(); }));
  started.wait_for(1, "the start");
  expect_success("event", [&](auto told) { client.event("deploy", "v1", told); });
  came.wait_for(1, "the event");

  const auto answers = client.answer("load", [](const serf::query_event&) { return "0.7"; });
  client.ask(serf::query_request("load").timeout(300ms),
             [&](const serf::result<serf::query_result>& outcome) {
               expect(outcome.has_value(), outcome ? "" : outcome.error().message);
               asked.done();
             });
  asked.wait_for(1, "the query's outcome");
  client.close();
  ended.wait_for(1, "the end");
  expect(!events.active(), "the subscription is over");
  return 0;
}
