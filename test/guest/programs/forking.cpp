// Forks while it has a client: forking <address> calls|hammer|exit|exec|again|keeps.
#include <sys/prctl.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>

#include "guest.hpp"

namespace {

using namespace std::chrono_literals;
using guest::expect;

template <class Call>
void expect_forked(const char* what, Call call) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    call();
    expect(false, std::string(what) + " fails in the child");
  } catch (const serf::connection_error& why) {
    expect(why.code() == serf::errc::forked, std::string(what) + " says why: " + why.what());
  }
  expect(std::chrono::steady_clock::now() - begin < 2s, std::string(what) + " fails at once");
}

// All that an application may have of a client when it forks.
struct possessions {
  explicit possessions(const char* address) : client(serf::client_options(address)) {
    stream.emplace(client->stream("user").get());
    log.emplace(client->monitor(serf::log_level::info).get());
    static_cast<void>(stream->native_handle());
    handled = client->subscribe("*", [this](const serf::event& each, serf::subscription_ref self) {
      const std::lock_guard lock(mutex);
      if (const auto* query = std::get_if<serf::query_event>(&each)) asked = *query;
      itself.emplace(self);
    });
    handled.ready().get();
    ticking = client->every(1ms, [this] { ++ticks; });
    working = client->spawn([this](serf::stop_token stop) {
      {
        const std::lock_guard lock(mutex);
        token.emplace(stop);
      }
      stop.wait();
    });
    client->force_leave("nobody").get();  // over a connection of its own
  }
  bool complete() {
    const std::lock_guard lock(mutex);
    return asked && itself && token && ticks > 0;
  }

  std::mutex mutex;
  std::optional<serf::query_event> asked;
  std::optional<serf::subscription_ref> itself;
  std::optional<serf::stop_token> token;
  std::atomic<int> ticks{0};
  std::optional<serf::client> client;
  std::optional<serf::event_stream> stream;
  std::optional<serf::log_stream> log;
  serf::subscription handled, ticking;
  serf::task working;
};

void expect_calls_to_fail(possessions& own) {
  serf::client& client = *own.client;
  expect(client.state() == serf::connection_state::closed, "the client is closed in the child");
  expect_forked("ready", [&] { client.ready().get(); });
  expect_forked("members", [&] { client.members().get(); });
  expect_forked("join", [&] { client.join("127.0.0.1:1").get(); });
  expect_forked("event", [&] { client.event("deploy", "v1").get(); });
  expect_forked("list_keys", [&] { client.list_keys().get(); });
  expect_forked("stream", [&] { client.stream("*").get(); });
  expect_forked("monitor", [&] { client.monitor().get(); });
  expect_forked("query", [&] { client.query(serf::query_request("load")).get(); });
  expect_forked("ask", [&] { client.ask(serf::query_request("load")).get(); });
  expect_forked("spawn", [&] { static_cast<void>(client.spawn([](serf::stop_token) {})); });
  expect_forked("every", [&] { static_cast<void>(client.every(1s, [] {})); });
  expect_forked("subscribe",
                [&] { client.subscribe("*", [](const serf::event&) {}).ready().get(); });
  expect_forked("answer", [&] {
    client.answer("load", [](const serf::query_event&) { return "1"; }).ready().get();
  });
  expect_forked("on_connection",
                [&] { client.on_connection([](const serf::connection_event&) {}).ready().get(); });
  int told = 0;
  const auto note = [&](const auto& outcome) {
    told += !outcome && outcome.error().code == serf::errc::forked ? 1 : 0;
  };
  client.members(note);
  client.event("deploy", "v1", note);
  client.ask(serf::query_request("load"), note);
  const auto refused = client.subscribe(
      "*",
      serf::event_handlers().on_start([&](const serf::result<void>& outcome) { note(outcome); }));
  expect(told == 4, "handlers are told, each once");
  expect(!refused.active(), "a subscription made in the child is not active");
}

void expect_streams_to_have_ended(possessions& own) {
  std::vector<serf::event> into;
  expect(!own.stream->next() && !own.stream->next_for(1h) && !own.stream->try_next(),
         "a stream gives nothing in the child");
  expect(own.stream->drain(into) == 0, "there is nothing to drain");
  expect(own.stream->counters().received == 0, "its counters are the parent's");
  const auto end = own.stream->end();
  expect(own.stream->at_end(), "a stream is at its end");
  expect(end && end.failure && end.failure->code == serf::errc::forked, "its end says why");
  expect_forked("native_handle", [&] { own.stream->native_handle(); });
  expect(!own.log->next(), "a log gives nothing in the child");

  expect_forked("subscription::ready", [&] { own.handled.ready().get(); });
  expect(!own.handled.active() && !own.itself->active(), "a subscription is not active");
  expect(own.handled.counters().received == 0, "its counters are the parent's");
  own.itself->cancel();
  own.handled.request_cancel();
  own.handled.cancel();
  own.ticking.cancel();
  expect_forked("respond", [&] { own.asked->respond("1").get(); });
  expect_forked("task::join", [&] { own.working.join(); });
  expect(!own.working.running(), "a task does not run in the child");
  expect(own.token->stop_requested() && own.token->wait_for(1h), "its token asks it to end");
  own.token->wait();
  own.working.request_cancel();
  own.working.cancel();
}

void calls(const char* address) {
  const auto before = guest::descriptors();
  auto own = std::make_unique<possessions>(address);
  while (!own->complete()) ::usleep(1000);

  const pid_t child = ::fork();
  if (child == 0) {
    expect_calls_to_fail(*own);
    expect_streams_to_have_ended(*own);
    own->stream->close();
    serf::client moved(std::move(*own->client));
    *own->client = std::move(moved);
    own->client->close();
    own->working = serf::task();
    own->handled = serf::subscription();
    *own->stream = serf::event_stream();
    own.reset();
    expect(guest::descriptors() == before, "no descriptor of the client is left in the child");
    ::_exit(0);
  }
  expect(guest::status_of(child) == 0, "the child ends with 0");
  own->client->event("parent", "goes on").get();
  const auto came = own->stream->next_for(10s);
  expect(came && std::get<serf::user_event>(*came).name == "parent", "the parent's stream goes on");
  expect(own->handled.active() && own->working.running(),
         "the parent's handlers and tasks do, too");
  own->asked->respond("still here").get();
  const int ticked = own->ticks;
  while (own->ticks == ticked) ::usleep(1000);
}

// Locks are held by other threads at most of these forks.
void hammer(const char* address) {
  auto client = std::make_unique<serf::client>(serf::client_options(address));
  auto stream = client->stream("user").get();
  std::atomic<bool> stop{false};
  std::atomic<int> made{0}, failed{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&, i] {
      while (!stop) {
        try {
          if (i == 0) {
            client->event("deploy", "v1").get();
          } else {
            client->members().get();
          }
          if (i == 1) stream.try_next();
          ++made;
        } catch (const std::exception&) {
          ++failed;
        }
      }
    });
  }
  while (made == 0) std::this_thread::yield();
  for (int i = 0; i < 50; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      expect_forked("members", [&] { client->members().get(); });
      expect(!stream.next(), "the stream has ended");
      { const serf::event_stream ended(std::move(stream)); }
      client.reset();
      ::_exit(0);
    }
    expect(guest::status_of(child) == 0, "the child ends with 0");
  }
  stop = true;
  for (auto& each : callers) each.join();
  expect(failed == 0, "no call of the parent fails");
}

// exit() in the child destroys static objects there.
void exit_in_the_child(const char* address) {
  static possessions own(address);
  while (!own.complete()) ::usleep(1000);
  const pid_t child = ::fork();
  if (child == 0) std::exit(0);
  expect(guest::status_of(child) == 0, "the child ends with 0");
  own.client->members().get();
}

void exec(const char* address, const char* self) {
  possessions own(address);
  while (!own.complete()) ::usleep(1000);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(self, self, "", "descriptors", nullptr);
    ::_exit(127);
  }
  expect(guest::status_of(child) == 0, "what was executed has 0, 1 and 2 open, and no more");
  own.client->members().get();
}

void again(const char* address) {
  auto old = std::make_unique<serf::client>(serf::client_options(address));
  old->ready().get();
  auto old_stream = old->stream("user").get();
  const int old_ready = old_stream.native_handle();
  const pid_t child = ::fork();
  if (child == 0) {
    // As daemons do. What it opens now gets the same numbers.
    for (const auto& each : guest::descriptors()) {
      if (std::stoi(each) > 2) ::close(std::stoi(each));
    }
    serf::client fresh{serf::client_options(address)};
    fresh.members().get();
    auto stream = fresh.stream("user").get();
    while (stream.native_handle() < old_ready) stream = fresh.stream("user").get();
    const auto inside = guest::descriptors();
    old_stream = serf::event_stream();
    old.reset();
    expect(guest::descriptors() == inside, "nothing of the new one goes with the old one");
    fresh.event("child", "lives").get();
    expect(stream.next_for(10s).has_value(), "a client that was made in the child works");
    const pid_t grandchild = ::fork();
    if (grandchild == 0) {
      expect_forked("members", [&] { fresh.members().get(); });
      { const serf::client ended(std::move(fresh)); }
      ::_exit(0);
    }
    expect(guest::status_of(grandchild) == 0, "the grandchild ends with 0");
    fresh.members().get();
    { const serf::client ended(std::move(fresh)); }
    ::_exit(0);
  }
  expect(guest::status_of(child) == 0, "the child ends with 0");
  old->members().get();
}

// The owner of the client ends without a word; its child lives on, without its copy of the client.
// Prints when that is so, and goes on until it is killed.
void keeps(const char* address) {
  int told[2], held[2];
  expect(::pipe(told) == 0 && ::pipe(held) == 0, "two pipes");
  const pid_t owner = ::fork();
  if (owner == 0) {
    auto client = std::make_unique<serf::client>(serf::client_options(address));
    client->members().get();
    if (::fork() == 0) {
      client.reset();
      ::close(held[1]);
      char nothing = 0;
      expect(::write(told[1], "x", 1) == 1, "a word");
      static_cast<void>(::read(held[0], &nothing, 1));  // until the first process ends
      ::_exit(0);
    }
    char word = 0;
    expect(::read(told[0], &word, 1) == 1, "a word from the child");
    ::_exit(0);
  }
  expect(guest::status_of(owner) == 0, "the owner ends with 0");
  std::puts("the owner has ended");
  std::fflush(stdout);
  ::pause();
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 3, "two arguments");
  const std::string what = arguments[2];
  const char* const address = arguments[1];
  if (what == "calls") calls(address);
  if (what == "hammer") hammer(address);
  if (what == "exit") exit_in_the_child(address);
  if (what == "exec") exec(address, arguments[0]);
  if (what == "again") again(address);
  if (what == "keeps") keeps(address);
  if (what == "descriptors") {
    for (const auto& each : guest::descriptors()) expect(each < "3", "descriptor " + each);
  }
  return 0;
}
