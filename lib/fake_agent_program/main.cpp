// serf-fake-agent: a Serf agent to develop an application against where no Serf is installed.
// docs/testing.md describes it and the language of its scripts.

#include <signal.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <serf/testing/fake_agent.hpp>
#include <serf/testing/replay.hpp>

#include "fake_agent_program/demo_player.hpp"
#include "fake_agent_program/demo_script.hpp"

namespace {

using serf::testing::demo_script;
using serf::testing::fake_agent;
using serf::testing::fake_agent_options;
using serf::testing::fake_member;

struct command_line {
  std::string address = "127.0.0.1:7373";
  std::string key, encrypt_key, script, replay;
  std::vector<std::string> tags;
  int members = 1;
  double events_per_second = 0;
  bool at_once = false;
};

void complain(const std::string& what) { std::cerr << "serf-fake-agent: " + what + "\n"; }

// Where to listen, for an agent of either kind.
template <class Options>
Options listening_on(const std::string& address) {
  const auto colon = address.rfind(':');
  const auto port = colon == std::string::npos ? "" : address.substr(colon + 1);
  auto host = address.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  const bool digits = !port.empty() && port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || port.size() > 5 || std::stoi(port) > 65535) {
    throw std::invalid_argument("not an address such as 127.0.0.1:7373: " + address);
  }
  return Options().address(host).port(std::stoi(port));
}

fake_agent_options options_of(const command_line& wanted) {
  auto options = listening_on<fake_agent_options>(wanted.address);
  options.auth_key(wanted.key).encrypt_key(wanted.encrypt_key).forget_requests().drop_records();
  options.coalesce(!wanted.at_once).only_known_joins().leave_takes(std::chrono::seconds(1));
  fake_member::tag_map tags;
  for (const auto& text : wanted.tags) {
    const auto [key, value] = serf::testing::tag_of(text);
    tags[key] = value;
  }
  for (int i = 1; i <= wanted.members; ++i) {
    fake_member member("n" + std::to_string(i), tags);
    member.address = "127.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    member.coordinate.vec[0] = i * 1e-4;  // so that round trips differ
    options.member(member);
  }
  return options;
}

demo_script script_of(const command_line& wanted) {
  if (wanted.script.empty()) return {};
  std::ifstream file(wanted.script);
  if (!file) throw std::runtime_error("cannot read " + wanted.script);
  try {
    auto script = demo_script::read(file);
    if (file.bad()) throw std::runtime_error("cannot read " + wanted.script);  // a directory
    return script;
  } catch (const serf::testing::bad_script& error) {
    throw std::runtime_error(wanted.script + ": " + error.what());
  }
}

void say_where(const std::string& address) { std::cout << "listening on " << address << std::endl; }

void wait_for(const sigset_t& ends) {  // which every thread blocks
  int signal = 0;
  ::sigwait(&ends, &signal);
}

// The status: 1 where the client did otherwise than recorded, or not all of it.
int replay(const command_line& wanted, const sigset_t& ends) {
  using serf::testing::replay_options;
  const auto session = serf::testing::replay_agent_session(
      wanted.replay, listening_on<replay_options>(wanted.address));
  say_where(session.address());
  wait_for(ends);
  const auto outstanding = session.outstanding();
  if (outstanding.empty()) return 0;
  complain(outstanding);
  return 1;
}

int serve(const command_line& wanted, const sigset_t& ends) {
  auto script = script_of(wanted);
  fake_agent agent(options_of(wanted));
  say_where(agent.address());
  const serf::testing::demo_player player(agent, std::move(script), wanted.events_per_second,
                                          complain);
  constexpr timespec now_and_then{0, 100000000};
  while (::sigtimedwait(&ends, nullptr, &now_and_then) < 0) {
    if (!player.through() || !agent.has_left()) continue;
    agent.wait_for_open_connections(0, std::chrono::seconds(5));
    complain("the agent has left, and no line of a script is to come");
    break;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  command_line wanted;
  CLI::App app("A Serf agent without Serf: its RPC interface over a cluster that it makes up.");
  app.add_option("--rpc-addr", wanted.address,
                 "IP address and port to listen on; port 0: a free one")
      ->capture_default_str();
  app.add_option("--rpc-auth", wanted.key, "the key that clients must have");
  app.add_option("--members", wanted.members, "so many, n1 and on; n1 is the agent itself")
      ->check(CLI::Range(1, 60000))
      ->capture_default_str();
  app.add_option("--tags", wanted.tags, "key=value, of every member; may be repeated");
  app.add_option("--encrypt", wanted.encrypt_key, "the cluster's gossip key, base64");
  app.add_option("--events-per-second", wanted.events_per_second, "user events named tick")
      ->check(CLI::Range(0.0, 1e6));
  app.add_flag("--at-once", wanted.at_once, "events come at once, not merged as agents do it");
  auto* script =
      app.add_option("--script", wanted.script, "a file that says what happens, and when");
  auto* recording =
      app.add_option("--replay", wanted.replay, "a recorded session: nothing but that is served")
          ->excludes(script);
  try {
    app.parse(argc, argv);
    for (const auto* file : {script, recording}) {
      if (file->count() > 0 && file->as<std::string>().empty()) {
        throw CLI::ValidationError(file->get_name(), "names no file");
      }
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }

  sigset_t ends;  // blocked before there is a thread that could take one
  sigemptyset(&ends);
  for (const int each : {SIGINT, SIGTERM}) sigaddset(&ends, each);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  try {
    return wanted.replay.empty() ? serve(wanted, ends) : replay(wanted, ends);
  } catch (const std::exception& error) {
    complain(error.what());
    return 1;
  }
}
