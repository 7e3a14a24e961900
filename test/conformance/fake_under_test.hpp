// The fake agent under the cases that real ones pass.
#pragma once

#include <serf/testing/fake_agent.hpp>

#include "conformance/agent_under_test.hpp"

namespace serf::testing {

class fake_under_test : public agent_under_test {
 public:
  explicit fake_under_test(const cluster_under_test& cluster);

  std::string rpc_address() const override { return agent_.address(); }
  std::string gossip_address(std::size_t node) const override;
  std::string address_of_nobody() override;
  void add() override;
  void leave(std::size_t node) override;
  void fail(std::size_t node) override;
  bool has_ended(std::chrono::milliseconds timeout) override;

 private:
  fake_agent agent_;
};

}  // namespace serf::testing
