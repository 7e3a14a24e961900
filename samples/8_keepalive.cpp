// Tells a cluster again and again that it is there.
//
//   8_keepalive [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--period SECONDS] [--payload TEXT]
//
// Sends the user event "keepalive" each period (default: 60 seconds), and prints:
//
//   keepalive 1    the agent has taken the first one, and so on
//   quiet          a user event of that name came: no more are sent
//   shutdown       a user event of that name came: this is the end, with status 0
//
// SIGINT and SIGTERM end it with status 0, too; an event that the agent does not take, with status
// 1. Where its agent is started anew, it goes on.
//
// Shows: what is to be done again and again, without a thread of one's own, and how it is stopped;
// and that a program ends in order, whatever ends it.

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include <serf/client.hpp>

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, payload = "My example";
  double period = 60;

  CLI::App app("Sends a keepalive to a Serf cluster.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--period", period, "seconds between two")->check(CLI::Range(0.01, 1e6));
  app.add_option("--payload", payload, "what to send with it");
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  sigset_t signals;  // blocked before any thread is started, and waited for below
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  std::atomic<int> status{0};
  const auto end = [] { ::kill(::getpid(), SIGTERM); };  // main waits for signals
  const auto failed = [&](const std::string& why) {
    std::cerr << "8_keepalive: " + why + "\n";
    status = 1;
    end();
  };
  options.on_handler_failure([&](const serf::handler_failure& thrown) { failed(thrown.what); });

  try {
    int count = 0;
    serf::client client(options);

    // Both run on the client's delivery thread, and never at once.
    serf::subscription keeper =
        client.every(std::chrono::duration<double>(period), [&client, &count, payload] {
          client.event("keepalive", payload).get();  // throws if the agent does not take it
          std::cout << "keepalive " << ++count << std::endl;
        });
    const auto told = [&](const serf::user_event& what) {
      if (what.name == "quiet") keeper.cancel();  // nothing of it happens from here on
      std::cout << what.name << std::endl;
      if (what.name == "shutdown") end();
    };
    auto orders =
        client.subscribe("user:quiet,user:shutdown",
                         serf::event_handlers(told).on_end([&](const serf::stream_end& lost) {
                           failed(lost.failure ? lost.failure->message : to_string(lost));
                         }));
    orders.ready().get();  // or throws why not
    std::cerr << "8_keepalive: ready" << std::endl;

    int received = 0;
    sigwait(&signals, &received);
    return status;  // orders, keeper and client end in this order, each once nothing of it runs
  } catch (const std::exception& error) {  // serf::error, or std::invalid_argument
    std::cerr << "8_keepalive: " << error.what() << '\n';
  }
  return 1;
}
