#include "conformance/real_under_test.hpp"

#include <sys/wait.h>

#include <stdexcept>

#include "support/deadline.hpp"
#include "support/loopback.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

real_cluster_options options_for(const cluster_under_test& cluster) {
  real_cluster_options options(cluster.nodes.size());
  options.auth_key(cluster.auth_key).encrypt_key(cluster.encrypt_key);
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) options.tags(i, cluster.nodes[i]);
  return options;
}

}  // namespace

real_under_test::real_under_test(const cluster_under_test& cluster)
    : cluster_(options_for(cluster)), rpc_address_(cluster_.agent(0).rpc_address()) {
  for (std::size_t i = 0; i < cluster_.size(); ++i) {
    gossip_.push_back(cluster_.agent(i).gossip_address());
  }
}

std::string real_under_test::address_of_nobody() {
  return host() + ":" + std::to_string(free_port(host()));
}

void real_under_test::leave(std::size_t node) {
  cluster_.agent(node).interrupt();
  wait_until_listed(node, "left");
}

void real_under_test::fail(std::size_t node) {
  cluster_.agent(node).kill();
  wait_until_listed(node, "failed");
}

void real_under_test::wait_until_listed(std::size_t node, const std::string& status) {
  const auto listed = [&] {
    const auto name = "-name=" + cluster_.agent(node).name();
    return cluster_.run_serf(0, {"members", "-status=" + status, name}).output.size() > 1;
  };
  if (!wait_until(listed, 20s, 20ms)) {
    throw std::runtime_error("the node is not listed as " + status);
  }
}

bool real_under_test::has_ended(std::chrono::milliseconds timeout) {
  const auto status = cluster_.agent(0).wait_for_exit(timeout);
  return status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
}

}  // namespace serf::testing
