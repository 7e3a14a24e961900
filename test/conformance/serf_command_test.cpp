// The serf command prints the same, in shape, of the fake agent, in the test's process and as the
// program serf-fake-agent, as of the real one that it comes with. What is not compared stands in
// output_shape.hpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <serf/client.hpp>

#include "conformance/conformance_case.hpp"
#include "conformance/output_shape.hpp"
#include "conformance/program_under_test.hpp"
#include "integration/background_program.hpp"
#include "support/deadline.hpp"
#include "support/run_program.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using arguments = std::vector<std::string>;

constexpr auto first_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
constexpr auto second_key = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

cluster_under_test two_nodes() {
  cluster_under_test two;
  two.nodes = {{{"role", "web"}, {"dc", "east"}}, {{"role", "db"}}};
  return two;
}

struct comparison {
  agent_choice real;
  bool program = false;  // serf-fake-agent, not the fake agent in this process
};
std::ostream& operator<<(std::ostream& out, const comparison& value) {
  return out << value.real << " and " << (value.program ? "serf-fake-agent" : "the fake agent");
}

std::vector<comparison> comparisons() {
  std::vector<comparison> all;
  for (const auto& real : real_agents_under_test()) {
    all.push_back({real, false});
    all.push_back({real, true});
  }
  return all;
}

class serf_command : public ::testing::TestWithParam<comparison> {
 protected:
  void start(const cluster_under_test& cluster = two_nodes()) {
    real = start_agent(GetParam().real, cluster);
    if (GetParam().program) {
      fake = std::make_unique<program_under_test>(SERF_FAKE_AGENT, cluster);
    } else {
      fake = start_agent(agents_under_test().front(), cluster);
    }
    auth_key = cluster.auth_key;
  }
  void TearDown() override {
    real.reset();
    fake.reset();
  }

  void expect_same(const arguments& given, int exit_code = 0) {
    expect_same(given, given, exit_code);
  }
  // Where an argument is an address.
  void expect_same(const arguments& for_real, const arguments& for_fake, int exit_code = 0) {
    const auto of_real = run_serf(for_real, real->rpc_address(), auth_key);
    const auto of_fake = run_serf(for_fake, fake->rpc_address(), auth_key);
    SCOPED_TRACE(::testing::PrintToString(for_real));
    EXPECT_EQ(of_real.exit_code, exit_code);
    EXPECT_EQ(of_fake.exit_code, exit_code);
    EXPECT_EQ(output_shape(of_fake.output), output_shape(of_real.output));
    EXPECT_EQ(output_shape(of_fake.error_output), output_shape(of_real.error_output));
  }

  std::unique_ptr<agent_under_test> real, fake;
  std::string auth_key;
};

TEST_P(serf_command, lists_members) {
  start();
  for (const auto& given : std::vector<arguments>{{"members"},
                                                  {"members", "-detailed"},
                                                  {"members", "-format=json"},
                                                  {"members", "-detailed", "-format=json"}}) {
    expect_same(given);
  }
}

TEST_P(serf_command, filters_members) {
  start();
  real->fail(1);
  fake->fail(1);
  for (const auto& given : std::vector<arguments>{{"members"},
                                                  {"members", "-status=alive"},
                                                  {"members", "-status=failed"},
                                                  {"members", "-status=left|failed"},
                                                  {"members", "-name=n[12]"},
                                                  {"members", "-name=n"},
                                                  {"members", "-tag", "role=w.*"},
                                                  {"members", "-tag", "role=w"},
                                                  {"members", "-tag", "role=zzz"},
                                                  {"members", "-role=db"},
                                                  {"members", "-name=nosuch", "-format=json"}}) {
    expect_same(given);
  }
  for (const auto& given : std::vector<arguments>{{"members", "-name=("},
                                                  {"members", "-tag", "role=("},
                                                  {"members", "-tag", "bad"},
                                                  {"members", "-format=xml"}}) {
    expect_same(given, 1);
  }
}

TEST_P(serf_command, tells_about_an_agent) {
  start();
  expect_same({"info"});
  expect_same({"info", "-format=json"});
}

TEST_P(serf_command, sends_events) {
  start();
  expect_same({"event", "deploy", "v1"});
  expect_same({"event", "-coalesce=false", "deploy"});
  expect_same({"event", "large", std::string(600, 'x')}, 1);
  expect_same({"event", "large", std::string(490, 'x')}, 1);
}

TEST_P(serf_command, asks_queries) {
  start();
  std::vector<std::unique_ptr<serf::client>> responders;
  std::vector<subscription> answers;
  for (const auto* agent : {real.get(), fake.get()}) {
    responders.push_back(std::make_unique<serf::client>(agent->rpc_address()));
    answers.push_back(responders.back()->answer(
        "load", [](const query_event& query) { return "0.7 for " + query.payload; }));
    answers.back().ready().get();
  }
  expect_same({"query", "-timeout=1s", "load", "web"});
  expect_same({"query", "-timeout=1s", "-format=json", "load", "web"});
  expect_same({"query", "-timeout=1s", "-no-ack", "load"});
  expect_same({"query", "-timeout=1s", "-no-ack", "-format=json", "load"});
  expect_same({"query", "-timeout=1s", "-node=n2", "load"});
  expect_same({"query", "-timeout=1s", "-tag", "role=d", "-relay-factor=1", "load"});
  expect_same({"query", "-timeout=300ms", "-tag", "role=(", "load"});
  expect_same({"query", "-timeout=300ms", "nobody-answers"});
  expect_same({"query", "large", std::string(1100, 'x')}, 1);
  expect_same({"query", "_serf_x"}, 1);
}

TEST_P(serf_command, changes_tags) {
  start();
  expect_same({"tags", "-set", "a=1", "-set", "role=cache", "-delete", "dc"});
  expect_same({"members", "-name=n1"});
  expect_same({"tags", "-set", "big=" + std::string(600, 'x')}, 1);
}

TEST_P(serf_command, keeps_keys) {
  auto encrypted = two_nodes();
  encrypted.encrypt_key = first_key;
  start(encrypted);
  expect_same({"keys", "-list"});
  expect_same({"keys", "-use", second_key}, 1);
  expect_same({"keys", "-install", second_key});
  expect_same({"keys", "-list"});
  expect_same({"keys", "-use", second_key});
  expect_same({"keys", "-remove", second_key}, 1);
  expect_same({"keys", "-remove", first_key});
  expect_same({"keys", "-list"});
  expect_same({"keys", "-install", "bad"}, 1);
  expect_same({"keys", "-install", "c2hvcnQ="}, 1);
}

TEST_P(serf_command, keeps_no_keys_where_there_is_no_encryption) {
  start();
  expect_same({"keys", "-list"}, 1);
  expect_same({"keys", "-install", first_key}, 1);
  expect_same({"keys", "-use", first_key}, 1);
  expect_same({"keys", "-remove", first_key}, 1);
}

TEST_P(serf_command, joins) {
  start();
  expect_same({"join", real->gossip_address(1)}, {"join", fake->gossip_address(1)});
  expect_same({"join", real->gossip_address(1), real->address_of_nobody()},
              {"join", fake->gossip_address(1), fake->address_of_nobody()});
  expect_same({"join", "-replay", real->address_of_nobody()},
              {"join", "-replay", fake->address_of_nobody()}, 1);
}

TEST_P(serf_command, forces_nodes_to_leave) {
  start();
  expect_same({"force-leave", "nosuch"});
  expect_same({"force-leave", "-prune", "nosuch"});
  real->fail(1);
  fake->fail(1);
  expect_same({"force-leave", "n2"});
  expect_same({"members"});
  expect_same({"force-leave", "-prune", "n2"});
  expect_same({"members"});
}

TEST_P(serf_command, estimates_round_trips) {
  start();
  for (const auto* agent : {real.get(), fake.get()}) {  // a node is known when it was probed
    const auto known = [&] {
      return run_serf({"rtt", "n1", "n2"}, agent->rpc_address()).exit_code == 0;
    };
    ASSERT_TRUE(wait_until(known, 20s, 50ms));
  }
  expect_same({"rtt", "n2"});
  expect_same({"rtt", "n1", "n2"});
  expect_same({"rtt", "nosuch"}, 1);
  expect_same({"rtt", "n1", "nosuch"}, 1);
}

TEST_P(serf_command, tests_who_can_be_reached) {
  start();
  expect_same({"reachability"});
  expect_same({"reachability", "-verbose"});
}

TEST_P(serf_command, needs_the_key) {
  auto guarded = two_nodes();
  guarded.nodes.resize(1);
  guarded.auth_key = "secret";
  start(guarded);
  expect_same({"members"});
  auth_key = "";
  expect_same({"members"}, 1);
  expect_same({"event", "deploy", "v1"}, 1);
  auth_key = "wrong";
  expect_same({"members"}, 1);
}

TEST_P(serf_command, refuses_a_level_that_monitors_do_not_know) {
  start();
  expect_same({"monitor", "-log-level=zzz"}, 1);
}

std::string monitored(const agent_under_test& agent) {
  background_program monitor(serf_binary(),
                             {"monitor", "-log-level=info", "-rpc-addr=" + agent.rpc_address()});
  EXPECT_TRUE(monitor.wait_for_output("Accepted client", 10s));
  run_serf({"event", "-coalesce=false", "deploy", "v1"}, agent.rpc_address());
  EXPECT_TRUE(monitor.wait_for_output("\tEvent: \"user\"", 10s));
  const auto left = run_serf({"leave"}, agent.rpc_address());
  // Where reply and end come together, the command may see the end first.
  EXPECT_THAT(left.output, AnyOf("Graceful leave complete\n", HasSubstr("client closed")));
  const auto result = monitor.result(20s);
  EXPECT_EQ(result.exit_code, 1);
  return monitor_shape(result.output);
}

TEST_P(serf_command, monitors_until_the_agent_leaves) {
  start();
  const auto of_real = monitored(*real);
  EXPECT_THAT(of_real, StartsWith("LOG\nEvent Info:\n\tCoalesce: false\n"));
  EXPECT_EQ(monitored(*fake), of_real);
  EXPECT_EQ(run_serf({"members"}, real->rpc_address()).exit_code, 1);
  expect_same({"members"}, 1);
}

std::string name_of_both(const ::testing::TestParamInfo<comparison>& of) {
  return of.param.real.name + (of.param.program ? "_and_the_program" : "_and_the_fake");
}

INSTANTIATE_TEST_SUITE_P(agents, serf_command, ::testing::ValuesIn(comparisons()), name_of_both);

}  // namespace
}  // namespace serf::testing
