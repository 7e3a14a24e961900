// How many requests a second an agent answers by way of one client, and whether each answer is one
// to its question. Bounded: ends by itself, after --seconds or --requests.
//
//   hammer [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--seconds S] [--requests N] [--threads N]
//          [--in-flight N] [--command mixed|members|stats|coordinate|event] [--first-seq N]
//          [--streams N]
//
// Status 1 where any request failed, any answer was wrong or any stream ended. Events go to the
// whole cluster: take a cluster of your own for those.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>

namespace {

using clock_type = std::chrono::steady_clock;

// Waits for the answer to a request that is on its way, and says whether it is one to it.
using answer_check = std::function<bool()>;

struct cluster {
  std::string self;                // the agent's own node
  std::vector<std::string> nodes;  // whose coordinates the agent knows
};

cluster look_around(serf::client& client) {
  cluster seen{client.stats().get().node_name, {}};
  for (const serf::member& member : client.members().get()) {
    if (client.get_coordinate(member.name).get()) seen.nodes.push_back(member.name);
  }
  if (seen.nodes.empty()) throw std::runtime_error("the agent knows no node's coordinate yet");
  return seen;
}

answer_check send(serf::client& client, const cluster& seen, std::string command, std::uint64_t i) {
  const std::string& node = seen.nodes[i % seen.nodes.size()];
  if (command == "mixed") command = i % 4 == 0 ? "members" : i % 4 == 1 ? "stats" : "coordinate";
  if (command == "members") {
    auto one = client.members(serf::member_filter().name(serf::exact(node))).share();
    return [one, node] { return one.get().size() == 1 && one.get()[0].name == node; };
  }
  if (command == "stats") {
    return [stats = client.stats().share(), &seen] { return stats.get().node_name == seen.self; };
  }
  if (command == "event") {
    return [done = client.event(serf::user_event_request("hammer").coalesce(false)).share()] {
      return done.get(), true;  // there is nothing to tell it by
    };
  }
  const bool known = i % 2 == 0;  // every other node is made up, and has none
  return [known, there = client.get_coordinate(known ? node : node + "?").share()] {
    return there.get().has_value() == known;
  };
}

// What came of all threads' requests.
class tally {
 public:
  void add(const answer_check& check) {
    ++requests_;
    try {
      if (!check()) note("a wrong answer");
    } catch (const serf::error& error) {
      note(error.what());
    }
  }
  void note(const std::string& what) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (errors_++ == 0) first_ = what;
  }
  std::uint64_t requests() const { return requests_; }
  std::uint64_t errors() const { return errors_; }
  const std::string& first() const { return first_; }  // once the threads have ended

 private:
  std::atomic<std::uint64_t> requests_{0}, errors_{0};
  std::mutex mutex_;
  std::string first_;
};

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, command = "mixed";
  double seconds = 5;
  std::uint64_t requests = 10'000'000, first_seq = (std::uint64_t{1} << 63U) + 1;
  std::size_t threads = 2, in_flight = 64, streams = 0;

  CLI::App app("Counts the requests that a Serf agent answers in a second.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--seconds", seconds, "how long, 5 by default")->check(CLI::Range(0.01, 3600.0));
  app.add_option("--requests", requests, "at most so many")->check(CLI::PositiveNumber);
  app.add_option("--threads", threads, "so many threads ask")->check(CLI::Range(1, 256));
  app.add_option("--in-flight", in_flight, "each so many at once")->check(CLI::Range(1, 4096));
  app.add_option("--command", command, "what they ask")
      ->check(CLI::IsMember({"mixed", "members", "stats", "coordinate", "event"}));
  app.add_option("--first-seq", first_seq, "the first request's number, 2^63 + 1 by default");
  app.add_option("--streams", streams, "listen to as many streams of events")
      ->check(CLI::Range(0, 64));
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  try {
    tally all;
    std::atomic<std::uint64_t> next{0}, events{0};
    serf::client client(options.first_seq(first_seq));
    const cluster seen = look_around(client);

    std::vector<serf::subscription> listening;
    for (std::size_t i = 0; i < streams; ++i) {
      serf::event_handlers handlers;
      handlers.on_event([&](const serf::event&) { ++events; });
      handlers.on_end(
          [&](const serf::stream_end& end) { all.note("a stream: " + to_string(end)); });
      // Filters of their own, so that the agent sends each stream its own copy.
      const std::vector<std::string> filter = {"user:hammer", "user:hammer-" + std::to_string(i)};
      listening.push_back(client.subscribe(filter, std::move(handlers)));
      listening.back().ready().get();
    }

    const auto began = clock_type::now();
    const auto until = began + std::chrono::duration<double>(seconds);
    std::vector<std::thread> askers;
    for (std::size_t thread = 0; thread < threads; ++thread) {
      askers.emplace_back([&] {
        std::deque<answer_check> waiting;
        while (clock_type::now() < until && all.errors() == 0) {
          const std::uint64_t i = next++;
          if (i >= requests) break;
          waiting.push_back(send(client, seen, command, i));
          if (waiting.size() < in_flight) continue;
          all.add(waiting.front());
          waiting.pop_front();
        }
        for (const answer_check& check : waiting) all.add(check);
      });
    }
    for (std::thread& asker : askers) asker.join();
    const std::chrono::duration<double> took = clock_type::now() - began;

    std::cout << all.requests() << " requests in " << took.count() << " s, " << all.errors()
              << " errors: "
              << static_cast<std::uint64_t>(static_cast<double>(all.requests()) / took.count())
              << " per second\n"
              << "(" << command << ", " << threads << " threads, " << in_flight
              << " in flight each, numbered from " << first_seq << ")\n";
    if (streams > 0) std::cout << events << " events on " << streams << " streams\n";
    if (all.errors() == 0) return 0;
    std::cerr << "hammer: the first error: " << all.first() << '\n';
  } catch (const std::exception& error) {  // serf::error, or std::invalid_argument for bad options
    std::cerr << "hammer: " << error.what() << '\n';
  }
  return 1;
}
