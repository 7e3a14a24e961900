// A tour of the client, on a cluster of at least two agents. samples/quickstart.sh starts one and
// takes it.
//
//   2_tour --second HOST:PORT [--rpc-addr HOST:PORT] [--rpc-auth KEY]
//
// Shows: members, a user event, a tag changed on one agent and seen on another, statistics, the
// round-trip time between two nodes, the handler form of a call, and two errors. Whatever does not
// come out as announced ends the tour with status 1.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>

using namespace std::chrono_literals;

namespace {

void heading(const std::string& text) { std::cout << "\n== " << text << '\n'; }

using serf::printable;  // names and tags are other nodes' text and may hold any bytes

// Gossip takes its time, and no call waits for it: ask again until the answer is there.
void wait_until(const std::string& what, const std::function<bool()>& asked_and_true) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!asked_and_true()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("not within 20 s: " + what);
    }
    std::this_thread::sleep_for(20ms);
  }
}

void show_members(serf::client& agent) {
  // members() asks and returns at once; get() waits for the answer, or throws what went wrong.
  auto members = agent.members().get();
  if (members.size() < 2) throw std::runtime_error("the tour needs two members, here is one");

  std::sort(members.begin(), members.end(),
            [](const serf::member& a, const serf::member& b) { return a.name < b.name; });
  std::size_t names = 4, endpoints = 7;  // as wide as the titles, or wider
  for (const serf::member& member : members) {
    names = std::max(names, member.name.size());
    endpoints = std::max(endpoints, member.endpoint().size());
  }
  const auto row = [&](const std::string& name, const std::string& endpoint,
                       const std::string& status, const std::string& tags) {
    std::cout << std::left << std::setw(static_cast<int>(names)) << printable(name) << "  "
              << std::setw(static_cast<int>(endpoints)) << printable(endpoint) << "  "
              << std::setw(7) << status << "  " << printable(tags) << '\n';
  };
  row("name", "address", "status", "tags");
  for (const serf::member& member : members) {
    row(member.name, member.endpoint(), to_string(member.status), to_string(member.tags));
  }
}

void send_event(serf::client& agent) {
  // The agent answers once it has the event; the cluster gets it from there. A call may bring its
  // own deadline; without one it is client_options::call_timeout.
  agent.event("deploy", "v1.2", 5s).get();
  std::cout << "sent: event \"deploy\" with the payload \"v1.2\"\n";
}

void change_a_tag(serf::client& agent, serf::client& other, const std::string& node) {
  // A value that no earlier tour has set, so that what the other agent shows is this change.
  const auto now = std::chrono::steady_clock::now();
  const std::string value = std::to_string(now.time_since_epoch().count());

  agent.tags(serf::tag_changes().set("tour", value)).get();
  std::cout << "set on " << printable(node) << ": tour=" << value << '\n';

  const auto changed =
      serf::member_filter().name(serf::exact(node)).tag("tour", serf::exact(value));
  wait_until("the other agent sees the new tag",
             [&] { return other.members(changed).get().size() == 1; });
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - now;
  std::cout << "seen by the other agent after " << std::setprecision(0) << took.count()
            << " ms: " << other.members(changed).get().at(0) << '\n';

  agent.tags(serf::tag_changes().remove("tour")).get();  // leaves the agent as it was
}

void show_statistics(const serf::agent_stats& stats) {
  std::cout << "agent " << printable(stats.node_name) << ": " << stats.members << " members, "
            << stats.failed << " failed, " << stats.left << " left, health score "
            << stats.health_score << '\n'
            << "runs on " << stats.os << '/' << stats.arch << " with " << stats.cpu_count
            << " CPUs, built with " << stats.go_version << '\n'
            << "gossip is " << (stats.encrypted ? "encrypted" : "not encrypted") << '\n';
  // What is not among the fields is in stats.sections, as the agent said it.
  if (stats.members < 2) throw std::runtime_error("the agent counts fewer than two members");
}

// The agent knows a node's coordinate once it has probed it. Until then the answer is nullopt,
// which is not an error.
serf::coordinate coordinate_of(serf::client& agent, const std::string& node) {
  std::optional<serf::coordinate> found;
  wait_until("the coordinate of " + printable(node), [&] {
    found = agent.get_coordinate(node).get();
    return found.has_value();
  });
  return *found;
}

void estimate_round_trip(serf::client& agent, const std::string& from, const std::string& to) {
  // The other node's first: by the probe that brings it the agent places itself, too.
  const auto b = coordinate_of(agent, to);
  const auto a = coordinate_of(agent, from);
  // value() throws if the two cannot be compared; the calculation itself asks no agent.
  const std::chrono::duration<double, std::milli> rtt = a.distance_to(b).value();
  std::cout << "Estimated " << printable(from) << " <-> " << printable(to)
            << " rtt: " << std::setprecision(3) << rtt.count() << " ms\n";
  if (!(rtt > 0ms && rtt < 10s)) throw std::runtime_error("that is no round-trip time");
}

void call_with_a_handler(serf::client& agent) {
  // The handler runs exactly once, on the client's delivery thread, with the answer or with the
  // failure; this thread could go on with other work. Here it waits, by a promise of its own.
  std::promise<std::size_t> alive;
  auto counted = alive.get_future();
  agent.members(serf::member_filter().status(serf::member_status::alive),
                [&alive](serf::result<std::vector<serf::member>> members) {
                  alive.set_value(members ? members->size() : 0);
                });
  const std::size_t count = counted.get();
  std::cout << "the handler was told of " << count << " members alive\n";
  if (count < 2) throw std::runtime_error("fewer than two members are alive");
}

void be_refused(serf::client& agent) {
  // The agent's limit is 512 bytes, unless it is configured otherwise. It says no; the connection
  // is as good as before.
  try {
    agent.event("too-large", std::string(600, '.')).get();
  } catch (const serf::agent_error& error) {
    std::cout << "agent_error: " << error.what() << '\n';
    if (error.code() != serf::errc::event_too_large) throw;
    agent.event("small").get();
    return;
  }
  throw std::runtime_error("the agent took an event of 600 bytes");
}

void reach_nobody() {
  // Making a client never fails for want of an agent. ready() says why there is no connection; any
  // other call would say the same.
  serf::client nobody("127.0.0.1:1");
  try {
    nobody.ready(5s).get();
  } catch (const serf::connection_error& error) {
    std::cout << "connection_error: " << error.what() << '\n';
    return;
  }
  throw std::runtime_error("there is an agent on port 1");
}

void tour(serf::client& first, serf::client& second) {
  heading("Members");
  show_members(first);

  heading("A user event");
  send_event(first);

  const serf::agent_stats stats = first.stats().get();
  const std::string node = stats.node_name, other_node = second.stats().get().node_name;
  if (node == other_node) throw std::runtime_error("--second is the same agent as the first");

  heading("A tag, changed on one agent and seen on another");
  change_a_tag(first, second, node);

  heading("Statistics");
  show_statistics(stats);

  heading("Round-trip time");
  estimate_round_trip(first, node, other_node);

  heading("A call with a handler");
  call_with_a_handler(first);

  heading("Two errors, as they should be");
  be_refused(first);
  reach_nobody();
}

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, second_address, key;

  CLI::App app("A tour of the Serf client, on two agents of one cluster.");
  app.add_option("--rpc-addr", address, "the first agent's RPC address, host:port");
  app.add_option("--second", second_address, "another agent's RPC address")->required();
  app.add_option("--rpc-auth", key, "the rpc_auth of both agents");
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);
  std::cout << std::fixed;

  try {
    // Two clients, since a client speaks with one agent. The options are a value: change the copy.
    serf::client first(options);
    serf::client second(options.endpoint(second_address));
    tour(first, second);
    std::cout << "\nThe tour is over; everything came out as announced.\n";
    return 0;
  } catch (const serf::error& error) {
    std::cerr << "2_tour: " << error.what() << '\n';  // what failed, and with which agent
  } catch (const std::exception& error) {
    std::cerr << "2_tour: " << error.what() << '\n';  // bad options, or not as announced
  }
  return 1;
}
