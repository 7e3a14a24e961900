// Ends while its client is at work: exiting <address> static|detached|leaked|handler.
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <serf/client.hpp>

#include "guest.hpp"

namespace {

using namespace std::chrono_literals;
using guest::expect;

std::atomic<int> handled{0};

struct busy_client {
  explicit busy_client(const char* address)
      : client(serf::client_options(address)),
        stream(client.stream("user").get()),
        subscribed(client.subscribe("user", [](const serf::event&) { ++handled; })),
        ticking(client.every(1ms, [] { ++handled; })),
        working(client.spawn([this](serf::stop_token stop) {
          while (!stop.stop_requested()) client.event("deploy", "v1").get();
        })) {}
  serf::client client;
  serf::event_stream stream;
  serf::subscription subscribed, ticking;
  serf::task working;
};

void wait_until_busy() {
  while (handled < 20) ::usleep(1000);
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 3, "two arguments");
  const std::string what = arguments[2];
  if (what == "static") {
    static busy_client client(arguments[1]);
    wait_until_busy();
    std::exit(0);
  }
  if (what == "detached") {
    static const auto client = std::make_shared<busy_client>(arguments[1]);
    std::thread([mine = client] {
      for (;;) mine->client.members().wait();
    }).detach();
    wait_until_busy();
    return 0;
  }
  if (what == "leaked") {
    static auto* const client = new busy_client(arguments[1]);
    wait_until_busy();
    return client->client.state() == serf::connection_state::ready ? 0 : 1;
  }
  if (what == "handler") {  // runs exit(), on a thread of the client
    static auto* const client = new busy_client(arguments[1]);
    static const auto last =
        client->client.subscribe("user", [](const serf::event&) { std::exit(0); });
    for (;;) ::pause();
  }
  return 2;
}
