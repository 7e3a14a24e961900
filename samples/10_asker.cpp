// Asks a cluster, and counts who has the question and who answers it.
//
//   10_asker [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--node NAME]... [--timeout SECONDS]
//            NAME [PAYLOAD]
//
// Prints each as it comes, in whatever order, and then how it ended:
//
//   ack 1 from n1
//   response 1 from n2: TEXT       or "no text", where it is not UTF-8
//   done: 3 acks, 1 responses      its time is over (default: as the agent thinks fit): status 0
//   lost: 3 acks, 1 responses      the connection is: there may have been more: status 1
//   stopped: 3 acks, 1 responses   by SIGINT or SIGTERM; the cluster goes on: status 1
//   rejected: 0 acks, 0 responses  the agent refused it: status 1
//
// Shows: handlers for what comes of a query, decoded; and that what they have written may be read
// without a lock once their subscription is cancelled. 6_ask.cpp does it with a queue.

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <serf/client.hpp>
#include <serf/coded_client.hpp>

namespace {

using serf::printable;  // other nodes' text may hold commands to a terminal

struct tally {
  int acks = 0, responses = 0;
  std::string end = "stopped";
};

serf::coded_query_handlers<serf::utf8_codec> counting(tally& count) {
  serf::coded_query_handlers<serf::utf8_codec> handlers;
  handlers.on_ack([&count](const serf::query_ack& ack) {
    std::cout << "ack " << ++count.acks << " from " << printable(ack.from) << std::endl;
  });
  handlers.on_response([&count](const serf::coded_query_response<std::string>& response) {
    std::cout << "response " << ++count.responses << " from " << printable(response.from) << ": "
              << printable(response.value.value_or("no text")) << std::endl;
  });
  handlers.on_end([&count](const serf::stream_end& end) {
    count.end = to_string(end.state);  // done, or lost
    if (end.failure) std::cerr << "10_asker: " << end.failure->message << '\n';
    ::kill(::getpid(), SIGTERM);  // main waits for signals
  });
  return handlers;
}

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, name, payload;
  std::vector<std::string> nodes;
  double timeout = 0;

  CLI::App app("Asks a Serf cluster, and counts.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--node", nodes, "only this node");
  app.add_option("--timeout", timeout, "how many seconds to wait; else the agent chooses");
  app.add_option("name", name, "the query's name")->required();
  app.add_option("payload", payload, "what to send with it");
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  sigset_t signals;  // blocked before any thread is started, and waited for below
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  try {
    serf::query_request query(name);
    query.nodes(nodes).request_ack().timeout(std::chrono::duration<double>(timeout));

    tally count;
    serf::client client(options);
    const auto coded = serf::with_codec(client, serf::utf8_codec());
    auto asked = coded.query(query, payload, counting(count));

    int received = 0;
    sigwait(&signals, &received);
    asked.cancel();  // nothing writes to count any more
    std::cout << count.end << ": " << count.acks << " acks, " << count.responses << " responses\n";
    return count.end == "done" ? 0 : 1;
  } catch (const std::exception& error) {  // std::invalid_argument: bad address, no UTF-8
    std::cerr << "10_asker: " << error.what() << '\n';
  }
  return 1;
}
