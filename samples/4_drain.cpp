// Drains a queue of events in a loop of one's own, which waits for other things as well.
//
//   4_drain [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--filter FILTER]
//           [--max-records N] [--overflow POLICY] [--idle SECONDS] [--count N]
//
// Shows: a stream's descriptor in poll() beside another one and a timeout, taking all that is
// queued and taking one by one, how much is queued and what happens beyond it, what a gap means,
// and the end of a stream. No thread but this one runs code of this file.

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include <serf/client.hpp>

namespace {

const std::map<std::string, serf::overflow_policy> policies = {
    {"oldest", serf::overflow_policy::drop_oldest},
    {"newest", serf::overflow_policy::drop_newest},
    {"close", serf::overflow_policy::close}};

// Readable once SIGINT or SIGTERM has come. Blocked before any thread is started, so that no other
// thread gets them.
int descriptor_of_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const int descriptor = ::signalfd(-1, &signals, SFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  return descriptor;
}

void print(const serf::event& event) {
  if (const auto* gap = std::get_if<serf::gap>(&event)) {
    // In the place of what is missing: with drop_oldest before all that is left, with drop_newest
    // behind it. What was built from events so far may be wrong from here on.
    std::cout << "gap: " << *gap << std::endl;
  } else {
    std::cout << to_string(event) << std::endl;
  }
}

// True: all went well. False: the stream ended.
bool drain(serf::event_stream& events, int signals, std::chrono::milliseconds idle,
           std::size_t count) {
  std::vector<serf::event> batch;  // its memory is used again and again
  pollfd waiting[] = {{events.native_handle(), POLLIN, 0}, {signals, POLLIN, 0}};
  for (;;) {
    const int ready = ::poll(waiting, 2, static_cast<int>(idle.count()));
    if (ready < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "poll");
    }
    if (ready == 0) std::cerr << "4_drain: idle, " << events.counters() << std::endl;
    if (ready <= 0) continue;

    if (waiting[1].revents != 0) {  // told to end: what is queued still counts
      while (const auto event = events.try_next()) print(*event);
      return true;
    }

    batch.clear();
    events.drain(batch);
    for (const serf::event& event : batch) {
      print(event);
      if (--count == 0) return true;
    }
    if (events.at_end()) return false;  // ended, and nothing left behind
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, filter = "*", policy = "oldest";
  std::size_t records = 1024, count = 0;
  double idle = 10;

  CLI::App app("Drains a queue of a Serf cluster's events.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--filter", filter, "which events: *, user:deploy, member-join,member-failed ...");
  app.add_option("--max-records", records, "as many are queued at most");
  app.add_option("--overflow", policy, "what goes beyond that")->check(CLI::IsMember(policies));
  app.add_option("--idle", idle, "say so after so many seconds without an event")
      ->check(CLI::Range(0.001, 1e6));
  app.add_option("--count", count, "end after so many events and gaps")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  try {
    const int signals = descriptor_of_signals();
    serf::client client(options);
    const auto how = serf::stream_options().max_records(records).overflow(policies.at(policy));
    auto events = client.stream(filter, how).get();  // once the agent has said yes
    std::cerr << "4_drain: listening" << std::endl;

    const bool fine = drain(events, signals, std::chrono::milliseconds(int(idle * 1000)), count);
    std::cout << events.counters() << '\n';
    if (!fine) {
      const serf::stream_end end = events.end();
      std::cerr << "4_drain: " << (end.failure ? end.failure->message : to_string(end)) << '\n';
    }
    return fine ? 0 : 1;
  } catch (const std::invalid_argument& error) {
    std::cerr << "4_drain: " << error.what() << '\n';  // not for this or any agent
  } catch (const std::system_error& error) {
    std::cerr << "4_drain: " << error.what() << '\n';  // serf::error is one, too
  }
  return 1;
}
