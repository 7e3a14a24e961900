// Follows an agent's log.
//
//   11_logs [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--level LEVEL]
//
// Prints the lines of that level (default: info) and above, as the agent wrote them:
//
//   earlier: 2026/11/25 01:23:42 [INFO] ...   before this program asked; of all the agent still has
//   2026/11/25 01:23:43 [INFO] ...            since then, as soon as it is written
//   (7 lines are missing here)                this program was too slow
//   (some lines are missing here)             the agent was away, and is followed again
//
// What is unprintable is escaped. Until SIGINT or SIGTERM: status 0.
//
// Shows: a loop over a stream, and how another thread ends it. 3_watch.cpp does it with handlers.

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <future>
#include <iostream>
#include <map>
#include <string>
#include <variant>

#include <serf/client.hpp>

namespace {

const std::map<std::string, serf::log_level> levels = {{"trace", serf::log_level::trace},
                                                       {"debug", serf::log_level::debug},
                                                       {"info", serf::log_level::info},
                                                       {"warn", serf::log_level::warn},
                                                       {"err", serf::log_level::err}};

void print(const serf::log_line& line) {
  std::cout << (line.backlog ? "earlier: " : "") << line << std::endl;
}
void print(const serf::gap& gap) {
  const std::string count = gap.count == 0 ? "some" : std::to_string(gap.count);
  std::cout << "(" << count << " lines are missing here)" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, level = "info";

  CLI::App app("Follows the log of a Serf agent.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--level", level, "from which level up")->check(CLI::IsMember(levels));
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  sigset_t signals;  // blocked before any thread is started, and waited for below
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  try {
    serf::client client(options);
    auto lines = client.monitor(levels.at(level)).get();  // throws if the agent says no
    std::cerr << "11_logs: following" << std::endl;
    const auto ending = std::async(std::launch::async, [&] {
      int received = 0;
      sigwait(&signals, &received);
      lines.close();  // wakes the loop; after the end of the stream it does nothing
    });
    for (const serf::log_entry& entry : lines) {
      std::visit([](const auto& any) { print(any); }, entry);
    }
    ::kill(::getpid(), SIGTERM);  // wakes the other thread, where the stream ended by itself

    const serf::stream_end end = lines.end();
    if (end.state == serf::stream_state::closed) return 0;
    std::cerr << "11_logs: " << (end.failure ? end.failure->message : to_string(end)) << '\n';
  } catch (const std::exception& error) {  // serf::error, or std::invalid_argument
    std::cerr << "11_logs: " << error.what() << '\n';
  }
  return 1;
}
