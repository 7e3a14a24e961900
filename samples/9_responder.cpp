// Answers a query whose answer takes long, several of them at once.
//
//   9_responder [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--name QUERY] [--seconds S] [--at-once N]
//
// Answers the queries of that name (default: work) with "done: PAYLOAD" after so many seconds of
// hard work (default: 1), up to N at once (default: 8), and others with "busy". Prints:
//
//   begun PAYLOAD       a query came, and a task of its own is at work on it
//   answered PAYLOAD    the agent has taken the answer
//   busy PAYLOAD        N others are at work: that was the answer
//
// Until SIGINT or SIGTERM, which do not wait for the work: status 0. Status 1: an answer was not
// taken; then it says why. Where its agent is started anew, it goes on.
//
// Shows: a responder that answers later, by a copy of the query; and tasks, which end with it all.
// 5_answer.cpp does it with a pool of threads.

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <list>
#include <string>

#include <serf/client.hpp>

namespace {

void say(const std::string& what, const serf::query_event& query) {
  std::cout << what + " " + serf::printable(query.payload) + "\n" << std::flush;  // in one go
}

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, name = "work";
  double seconds = 1;
  std::size_t at_once = 8;

  CLI::App app("Answers a query whose answer takes long.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--name", name, "which query");
  app.add_option("--seconds", seconds, "how long it takes")->check(CLI::Range(0.0, 1e6));
  app.add_option("--at-once", at_once, "how many are answered at once")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  sigset_t signals;  // blocked before any thread is started, and waited for below
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  std::atomic<int> status{0};
  const auto failed = [&](const std::string& why) {
    std::cerr << "9_responder: " + serf::printable(why) + "\n";
    status = 1;
  };
  options.on_handler_failure([&](const serf::handler_failure& thrown) { failed(thrown.what); });

  try {
    serf::client client(options);
    std::list<serf::task> tasks;  // the delivery thread's, on which the responder runs

    const auto work = [seconds](const serf::query_event& query, const serf::stop_token& stop) {
      say("begun", query);
      if (stop.wait_for(std::chrono::duration<double>(seconds))) return;  // told to end: no answer
      query.respond("done: " + query.payload).get();  // throws if the agent does not take it
      say("answered", query);
    };
    // Returns nothing, so it is to respond by itself, now or later.
    const auto responder = [&](const serf::query_event& query) {
      tasks.remove_if([](const serf::task& each) { return !each.running(); });
      if (tasks.size() < at_once) {
        tasks.push_back(client.spawn([=](const serf::stop_token& stop) { work(query, stop); }));
      } else {
        query.respond("busy").get();
        say("busy", query);
      }
    };
    serf::answer_options how;
    how.on_end([&](const serf::stream_end& end) {
      failed(end.failure ? end.failure->message : to_string(end));
      ::kill(::getpid(), SIGTERM);  // main waits for signals
    });
    auto answers = client.answer(name, responder, how);
    answers.ready().get();  // from here on queries are answered; or throws why not
    std::cerr << "9_responder: ready" << std::endl;

    int received = 0;
    sigwait(&signals, &received);
    return status;  // first no more queries come, then the tasks end, then the client
  } catch (const std::exception& error) {  // serf::error, or std::invalid_argument
    std::cerr << "9_responder: " << error.what() << '\n';
  }
  return 1;
}
