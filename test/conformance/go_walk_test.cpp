// The protocol's reference client, in Go, gets the same of the fake agent as of a real one: each
// line of its walk through all commands.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "conformance/conformance_case.hpp"
#include "support/run_program.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

program_result walk(const agent_choice& choice) {
  cluster_under_test two;
  two.nodes = {{{"role", "web"}}, {{"role", "db"}}};
  two.encrypt_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";  // the walk's firstKey
  const auto agent = start_agent(choice, two);
  return run_program(SERF_GO_WALK,
                     {agent->rpc_address(), agent->gossip_address(1), agent->address_of_nobody()},
                     {}, 60s);
}

using go_walk = ::testing::TestWithParam<agent_choice>;

TEST_P(go_walk, gets_the_same_lines_of_the_fake_agent_and_of_a_real_one) {
  const auto real = walk(GetParam());
  EXPECT_EQ(real.exit_code, 0) << real.error_output;
  EXPECT_NE(real.output.find("\nmembers of nobody: error \"client closed\"\n"), std::string::npos)
      << "the last line of a whole walk";
  const auto fake = walk(agents_under_test().front());
  EXPECT_EQ(fake.exit_code, 0) << fake.error_output;
  EXPECT_EQ(fake.output, real.output);
}

INSTANTIATE_TEST_SUITE_P(agents, go_walk, ::testing::ValuesIn(real_agents_under_test()), name_of);

}  // namespace
}  // namespace serf::testing
