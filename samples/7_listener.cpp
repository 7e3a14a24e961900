// Listens to everything that a cluster says, and answers every query.
//
//   7_listener [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--hello TEXT]
//
// Sends the user event "Hello" with that text (default: I am an example), then prints a line for
// each event that comes, as it comes:
//
//   heard user "deploy": v1               the text, or in the place of it
//   heard user "deploy": no text (...)    why it is none: what is not UTF-8 does no harm
//   answered query "load": now            the query, and what came with it
//   heard member-join ...                 any other event
//
// A query is answered with "For NAME, with TEXT". Until SIGINT or SIGTERM: status 0. Where its
// agent is started anew, it goes on.
//
// Shows: a codec, for payloads that are text, and handlers for what it decoded.

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <exception>
#include <iostream>
#include <string>

#include <serf/client.hpp>
#include <serf/coded_client.hpp>

namespace {

using serf::printable;  // UTF-8 may still hold commands to a terminal
using text_client = serf::coded_client<serf::utf8_codec>;

std::string shown(const serf::decoded<std::string>& value) {
  if (value) return printable(*value);
  return value.error() ? "no text (" + printable(value.error()->message) + ")" : "";
}

// Run on the client's delivery thread, one at a time. What they throw is told below.
serf::coded_event_handlers<serf::utf8_codec> listening() {
  serf::coded_event_handlers<serf::utf8_codec> handlers;
  handlers.on_start([](const serf::result<void>& started) {
    if (started) std::cerr << "7_listener: listening" << std::endl;
  });
  handlers.on_user([](const serf::coded_user_event<std::string>& user) {
    std::cout << "heard user \"" << printable(user.name) << "\": " << shown(user.value)
              << std::endl;
  });
  handlers.on_query([](const text_client::query_type& query) {
    query.respond("For " + query.name + ", with " + query.value.value_or("no text")).get();
    std::cout << "answered query \"" << printable(query.name) << "\": " << shown(query.value)
              << std::endl;
  });
  handlers.on_event([](const text_client::event_type& other) {  // those that have none of their own
    std::visit([](const auto& any) { std::cout << "heard " << any << std::endl; }, other);
  });
  return handlers;
}

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, hello = "I am an example";

  CLI::App app("Listens to everything, and answers every query.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--hello", hello, "what to say at first");
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  sigset_t signals;  // blocked before any thread is started, and waited for below
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  std::atomic<int> status{0};
  options.on_handler_failure([](const serf::handler_failure& thrown) {  // an answer not taken
    std::cerr << "7_listener: " + printable(thrown.what) + "\n";
  });

  try {
    serf::client client(options);
    const auto coded = serf::with_codec(client, serf::utf8_codec());
    const auto kept =
        coded.subscribe("*", listening().on_end([&status](const serf::stream_end& end) {
          std::cerr << "7_listener: " << (end.failure ? end.failure->message : to_string(end))
                    << '\n';
          status = 1;
          ::kill(::getpid(), SIGTERM);
        }));
    coded.event("Hello", hello).get();

    int received = 0;
    sigwait(&signals, &received);
    return status;
  } catch (const std::exception& error) {  // serf::error, or std::invalid_argument
    std::cerr << "7_listener: " << error.what() << '\n';
  }
  return 1;
}
