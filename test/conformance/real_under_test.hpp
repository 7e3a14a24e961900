// Real agents under the cases that the fake one has to pass, too.
#pragma once

#include "conformance/agent_under_test.hpp"
#include "support/real_cluster.hpp"

namespace serf::testing {

class real_under_test : public agent_under_test {
 public:
  explicit real_under_test(const cluster_under_test& cluster);

  std::string rpc_address() const override { return rpc_address_; }
  std::string gossip_address(std::size_t node) const override { return gossip_.at(node); }
  std::string address_of_nobody() override;
  void add() override { cluster_.add(); }
  void leave(std::size_t node) override;
  void fail(std::size_t node) override;
  bool has_ended(std::chrono::milliseconds timeout) override;

 private:
  void wait_until_listed(std::size_t node, const std::string& status);

  real_cluster cluster_;
  std::string rpc_address_;
  std::vector<std::string> gossip_;
};

}  // namespace serf::testing
