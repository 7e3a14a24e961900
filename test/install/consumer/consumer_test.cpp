#include <cstdio>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

// A test of a user's, without a test framework: the installed kit compiles, links and runs.
int main() {
  serf::testing::fake_agent agent;
  serf::client client(agent.address());
  const auto members = client.members().get();
  std::puts(members.at(0).name.c_str());
  return members.size() == 1 ? 0 : 1;
}
