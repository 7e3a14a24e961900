#include "conformance/agent_under_test.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <ostream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "conformance/fake_under_test.hpp"
#include "conformance/real_under_test.hpp"
#include "support/fake_client.hpp"

namespace serf::testing {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::vector<std::string> named_binaries() {
  std::vector<std::string> binaries(1);
  for (const char c : variable("SERF_AGENTS")) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != ':') {
      binaries.back() += c;
    } else if (!binaries.back().empty()) {
      binaries.emplace_back();
    }
  }
  if (binaries.back().empty()) binaries.pop_back();
  if (!binaries.empty()) return binaries;
  const auto single = variable("SERF_AGENT");
  return {single.empty() ? "serf" : single};
}

// The end of the path tells agents apart: "/usr/bin/serf" is bin_serf.
std::string test_name(const std::string& binary) {
  const auto last = binary.rfind('/');
  const auto before = last == std::string::npos || last == 0 ? last : binary.rfind('/', last - 1);
  auto name = before == std::string::npos ? binary : binary.substr(before + 1);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 || c >= 0x80; },
      '_');
  return name;
}

std::vector<agent_choice> find_agents() {
  std::vector<agent_choice> agents{{"fake", ""}};
  for (const auto& binary : named_binaries()) {
    auto name = test_name(binary);
    const auto taken = [&](const agent_choice& each) { return each.name == name; };
    while (std::any_of(agents.begin(), agents.end(), taken)) name += "_again";
    agents.push_back({name, binary});
  }
  return agents;
}

}  // namespace

std::string agent_under_test::host() const {
  const auto address = rpc_address();
  return address.substr(0, address.rfind(':'));
}

int agent_under_test::port() const {
  const auto address = rpc_address();
  return std::stoi(address.substr(address.rfind(':') + 1));
}

bool agent_under_test::listens() const {
  try {
    fake_client(host(), port());
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

std::ostream& operator<<(std::ostream& out, const agent_choice& value) {
  return out << (value.fake() ? "the fake agent" : value.binary);
}

const std::vector<agent_choice>& agents_under_test() {
  static const auto agents = find_agents();
  return agents;
}

std::vector<agent_choice> real_agents_under_test() {
  const auto& all = agents_under_test();
  return {all.begin() + 1, all.end()};
}

std::unique_ptr<agent_under_test> start_agent(const agent_choice& choice,
                                              const cluster_under_test& cluster) {
  if (choice.fake()) return std::make_unique<fake_under_test>(cluster);
  ::setenv("SERF_AGENT", choice.binary.c_str(), 1);
  return std::make_unique<real_under_test>(cluster);
}

}  // namespace serf::testing
