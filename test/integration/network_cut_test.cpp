// The network to an agent is cut, and nobody says so: a row of docs/faults.md. The agent and the
// client stand in network namespaces of their own, joined by one link that the test takes down.
// Making them takes root.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>

#include "component/changes.hpp"
#include "component/fault_expectations.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/loopback.hpp"
#include "support/real_agent.hpp"
#include "support/run_program.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using ::testing::HasSubstr;
using state = connection_state;

const std::string agents_side = "10.77.0.1", clients_side = "10.77.0.2";
constexpr int rpc_port = 7373;

void run(const std::string& file, const std::vector<std::string>& arguments) {
  const auto result = run_program(file, arguments, {});
  if (result.exit_code == 0) return;
  std::string line = file;
  for (const auto& each : arguments) line += " " + each;
  throw std::runtime_error(line + ": " + result.output + result.error_output);
}

std::string program(const std::string& name) {
  for (const char* const folder : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
    if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  throw std::runtime_error("no program `" + name +
                           "` (packages iproute2 and util-linux): third_party/install.sh test");
}

// Two namespaces and the link between them. The thread that makes it, and what it starts later,
// stand on the client's side; programs that tests run stand on the agent's. They last as long as
// the process.
class two_networks {
 public:
  two_networks() {
    leave_for_a_new_one();
    at_agent({"link", "set", "lo", "up"});  // the first program: the others come from here, too
    leave_for_a_new_one();
    at_agent({"link", "add", "cut-agent", "type", "veth", "peer", "name", "cut-client", "netns",
              std::to_string(::getpid())});
    at_agent({"addr", "add", agents_side + "/24", "dev", "cut-agent"});
    at_agent({"link", "set", "cut-agent", "up"});
    at_client({"link", "set", "lo", "up"});
    at_client({"addr", "add", clients_side + "/24", "dev", "cut-client"});
    at_client({"link", "set", "cut-client", "up"});
  }

  void cut() { at_agent({"link", "set", "cut-agent", "down"}); }
  void mend() { at_agent({"link", "set", "cut-agent", "up"}); }

 private:
  static void leave_for_a_new_one() {
    if (::unshare(CLONE_NEWNET) == 0) return;
    throw std::runtime_error(std::string("no network namespace, although root: ") +
                             std::strerror(errno));
  }
  static void at_agent(const std::vector<std::string>& arguments) { run(program("ip"), arguments); }
  static void at_client(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"--net=/proc/" + std::to_string(::getpid()) + "/ns/net", program("ip")});
    run(program("nsenter"), arguments);
  }
};

class network_cut : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "network namespaces take root: run this test as root";
    static two_networks both;
    networks_ = &both;
    networks_->mend();
    const std::string bind = agents_side + ":7946", rpc = address();
    agent_ = std::make_unique<child_process>(
        launch{serf_binary(),
               {"agent", "-node=far", "-bind=" + bind, "-rpc-addr=" + rpc, "-profile=local"},
               {}});
    ASSERT_TRUE(wait_until([] { return answers_handshake(agents_side, rpc_port, 1s); }, patience));
  }

  static std::string address() { return agents_side + ":" + std::to_string(rpc_port); }

  static void expect_events(client& client, event_stream& events, const std::string& name) {
    client.event(user_event_request(name).coalesce(false)).get();
    EXPECT_EQ(name_of(events.next_for(patience)), name);
  }

  two_networks* networks_ = nullptr;
  std::unique_ptr<child_process> agent_;
};

TEST_F(network_cut, without_fin_is_found_by_the_heartbeat_and_streams_go_on_when_it_is_mended) {
  constexpr auto heartbeat = 1s, heartbeat_timeout = 1s;
  changes heard;
  client client(faulted_client(address())
                    .heartbeat(heartbeat)
                    .heartbeat_timeout(heartbeat_timeout)
                    .connect_timeout(500ms));
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  auto log = client.monitor(log_level::info).get();
  auto replies = client.query(query_request("load").timeout(60s)).get();
  expect_events(client, events, "before");

  networks_->cut();
  const auto start = clock::now();
  auto asked = client.members({}, 1h);
  expect_failure(failure_of(client.stats(200ms)), errc::timed_out, "no answer within 200 ms",
                 address());
  ASSERT_TRUE(heard.wait_for(state::lost, patience));
  const auto took = clock::now() - start;
  std::cout << "the cut was found after "
            << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
            << " ms, heartbeat and its deadline: 2000 ms\n";
  expect_failure(failure_of(std::move(asked)), errc::connection_lost, "nor answered a heartbeat",
                 address());
  while (replies.next_for(patience)) {
  }
  EXPECT_EQ(replies.end().state, stream_state::lost);
  expect_no_spinning_during([&] {
    expect_failure(failure_of(client.members({}, 1s)), errc::unreachable,
                   "no connection within 1 s", address());
  });
  EXPECT_FALSE(events.end());
  EXPECT_FALSE(log.end());

  networks_->mend();
  EXPECT_EQ(client.members({}, patience).get().size(), 1U);
  EXPECT_EQ(name_of(events.next_for(patience)), to_string(gap_reason::reconnected));
  expect_events(client, events, "after");
  for (bool behind_a_gap = false; !behind_a_gap;) {
    const auto entry = log.next_for(patience);
    ASSERT_TRUE(entry) << to_string(log.end());
    behind_a_gap = std::holds_alternative<gap>(*entry);
  }
  EXPECT_TRUE(log.next_for(patience));
}

TEST_F(network_cut, shorter_than_the_heartbeat_loses_nothing) {
  changes heard;
  client client(faulted_client(address()));
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  networks_->cut();
  auto asked = client.members();
  expect_failure(failure_of(client.stats(300ms)), errc::timed_out, "no answer within 300 ms",
                 address());
  networks_->mend();
  EXPECT_EQ(asked.get().size(), 1U) << "sent again by the kernel";
  expect_events(client, events, "after");
  EXPECT_EQ(heard.last(state::lost).reason, "") << "never lost";
}

}  // namespace
}  // namespace serf::testing
