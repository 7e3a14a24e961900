// Watches a cluster: prints its events as they come, and the agent's log if asked to.
//
//   3_watch [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--filter FILTER] [--log-level LEVEL] [--count
//   N]
//
// Shows: handlers for each kind of event and for the lines of the log, what a gap is, how a
// subscription starts and ends, and how a program that lives by its handlers waits: here until
// SIGINT or SIGTERM, or for N events.

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <exception>
#include <iostream>
#include <map>
#include <string>

#include <serf/client.hpp>

namespace {

const std::map<std::string, serf::log_level> levels = {{"debug", serf::log_level::debug},
                                                       {"info", serf::log_level::info},
                                                       {"warn", serf::log_level::warn},
                                                       {"err", serf::log_level::err}};

// The handlers of all subscriptions run on the client's delivery thread, one at a time: no lock is
// needed. Only the status is read by another thread.
class watch {
 public:
  explicit watch(int count) : count_(count) {}

  serf::event_handlers for_events() {
    serf::event_handlers handlers;
    handlers.on_start([](const serf::result<void>& started) {
      if (started) std::cerr << "3_watch: watching" << std::endl;  // if not, on_end says why
    });
    handlers.on_member([this](const serf::member_event& what, const serf::subscription_ref& self) {
      std::cout << what.kind << '\n';
      for (const serf::member& member : what.members) std::cout << "    " << member << '\n';
      counted(self);
    });
    const auto print = [this](const auto& what, const serf::subscription_ref& self) {
      std::cout << what << '\n';  // what is unprintable in it is escaped, here as everywhere
      counted(self);
    };
    handlers.on_user(print).on_query(print);  // 5_answer.cpp answers the queries
    handlers.on_gap(show_gap);
    handlers.on_end([this](const serf::stream_end& end) { ended(end); });
    return handlers;
  }

  serf::log_handlers for_log() {
    serf::log_handlers handlers;
    handlers.on_line([](const serf::log_line& line) {
      std::cout << (line.backlog ? "earlier: " : "log: ") << line << std::endl;
    });
    handlers.on_gap(show_gap);
    handlers.on_end([this](const serf::stream_end& end) { ended(end); });
    return handlers;
  }

  int status() const { return status_; }

 private:
  // Events that came and are not here: this program was too slow, or nobody listened for a while.
  // Whoever keeps a picture of the cluster asks for members() again now.
  static void show_gap(const serf::gap& gap) { std::cout << "gap: " << gap << std::endl; }

  void counted(const serf::subscription_ref& self) {
    std::cout << std::flush;
    if (--count_ != 0) return;
    self.cancel();                // this was the last call
    ::kill(::getpid(), SIGTERM);  // main waits for signals
  }

  // Not after cancel(), which this side wanted. The failure says which agent, and why.
  void ended(const serf::stream_end& end) {
    std::cerr << "3_watch: " << (end.failure ? end.failure->message : to_string(end)) << '\n';
    status_ = 1;
    ::kill(::getpid(), SIGTERM);
  }

  int count_;  // 0 at first: it is never reached
  std::atomic<int> status_{0};
};

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, filter = "*", level;
  int count = 0;

  CLI::App app("Watches a Serf cluster.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--filter", filter, "which events: *, user:deploy, member-join,member-failed ...");
  app.add_option("--log-level", level, "the agent's log, too, from this level up")
      ->check(CLI::IsMember(levels));
  app.add_option("--count", count, "end after so many events")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  // Before any thread is started: the signals stay with this one, which waits for them below.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  try {
    watch here(count);
    serf::client client(options);
    const auto events = client.subscribe(filter, here.for_events());
    serf::subscription log;
    if (!level.empty()) log = client.monitor(levels.at(level), here.for_log());

    int received = 0;
    sigwait(&signals, &received);
    return here.status();  // the subscriptions end first, and with them the last call of a handler
  } catch (const std::exception& error) {  // std::invalid_argument, for a bad address
    std::cerr << "3_watch: " << error.what() << '\n';
  }
  return 1;
}
