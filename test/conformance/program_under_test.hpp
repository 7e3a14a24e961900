// serf-fake-agent, the fake agent as a program of its own, as an agent under test.
#pragma once

#include <memory>
#include <string>

#include "conformance/agent_under_test.hpp"
#include "integration/background_program.hpp"

namespace serf::testing {

// What happens to nodes stands in the program's script, which it reads when it starts: for each
// change it is started anew, on the same port. What commands have changed before is lost.
class program_under_test : public agent_under_test {
 public:
  program_under_test(std::string binary, const cluster_under_test& cluster);
  ~program_under_test() override;

  std::string rpc_address() const override { return rpc_address_; }
  std::string gossip_address(std::size_t node) const override;
  std::string address_of_nobody() override;
  void add() override;
  void leave(std::size_t node) override;
  void fail(std::size_t node) override;
  bool has_ended(std::chrono::milliseconds timeout) override;

 private:
  void happen(const std::string& line);
  void start();

  std::string binary_, auth_key_;
  std::vector<std::string> arguments_;
  std::string rpc_address_ = "127.0.0.1:0";
  std::string script_file_, script_;
  std::size_t nodes_ = 0;
  std::unique_ptr<background_program> program_;
};

}  // namespace serf::testing
