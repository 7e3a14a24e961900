#include "conformance/program_under_test.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <utility>

#include "support/deadline.hpp"
#include "support/fake_client.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

std::string joining(std::size_t node, const tag_map& tags) {
  std::string line = "join n" + std::to_string(node + 1);
  for (const auto& [key, value] : tags) line += " " + key + "=" + value;
  return line + "\n";
}

}  // namespace

program_under_test::program_under_test(std::string binary, const cluster_under_test& cluster)
    : binary_(std::move(binary)),
      auth_key_(cluster.auth_key),
      script_file_(::testing::TempDir() + "serf_script_XXXXXX") {
  const int descriptor = ::mkstemp(script_file_.data());
  if (descriptor < 0) throw std::runtime_error("no file " + script_file_);
  ::close(descriptor);
  arguments_ = {"--script",       script_file_, "--rpc-auth",
                cluster.auth_key, "--encrypt",  cluster.encrypt_key};
  for (const auto& [key, value] : cluster.nodes.at(0)) {
    arguments_.insert(arguments_.end(), {"--tags", key + "=" + value});
  }
  for (nodes_ = 1; nodes_ < cluster.nodes.size(); ++nodes_) {
    script_ += joining(nodes_, cluster.nodes[nodes_]);
  }
  start();
}

program_under_test::~program_under_test() { ::unlink(script_file_.c_str()); }

void program_under_test::start() {
  if (program_) {
    program_->signal(SIGTERM);
    program_->result(10s);
  }
  const std::string last_line = "2026/01/02 03:04:05 [INFO] agent: the script is through";
  std::ofstream(script_file_) << script_ << "log " << last_line << "\n";
  auto arguments = arguments_;
  arguments.insert(arguments.begin(), {"--rpc-addr", rpc_address_});
  program_ = std::make_unique<background_program>(binary_, arguments);
  const std::string begin = "listening on ";
  if (!program_->wait_for_output("\n", 20s) || program_->output().rfind(begin, 0) != 0) {
    throw std::runtime_error("serf-fake-agent does not start: " + program_->error_output());
  }
  const auto line = program_->output();
  rpc_address_ = line.substr(begin.size(), line.find('\n') - begin.size());
  // Its monitors get the line, now or, as what was logged before, later.
  background_program monitor(serf_binary(),
                             {"monitor", "-rpc-addr=" + rpc_address_, "-rpc-auth=" + auth_key_});
  if (!monitor.wait_for_output(last_line, 20s)) {
    throw std::runtime_error("serf-fake-agent does not get through: " + program_->error_output());
  }
}

void program_under_test::happen(const std::string& line) {
  script_ += line;
  start();
}

void program_under_test::add() { happen(joining(nodes_++, {})); }
void program_under_test::leave(std::size_t node) {
  happen("leave n" + std::to_string(node + 1) + "\n");
}
void program_under_test::fail(std::size_t node) {
  happen("fail n" + std::to_string(node + 1) + "\n");
}

std::string program_under_test::gossip_address(std::size_t node) const {
  return "127.0.0." + std::to_string(node + 1) + ":7946";
}

std::string program_under_test::address_of_nobody() { return "127.0.0.9:9999"; }

bool program_under_test::has_ended(std::chrono::milliseconds timeout) {
  return wait_until([&] { return !listens(); }, timeout);
}

}  // namespace serf::testing
