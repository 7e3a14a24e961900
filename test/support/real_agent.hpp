// A real `serf agent` on loopback, for integration tests. Nothing here uses the library under test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/run_program.hpp"

namespace serf::testing {

class child_process;

// stdout: the serf command prints its errors there too.
using cli_result = program_result;

// The agent's binary: $SERF_AGENT (a path, or a name to look for in PATH), else `serf` in PATH.
// Without one: std::runtime_error that says what to install. Tests fail then; they are never
// skipped.
std::string serf_binary();

// Runs the reference command line: run_serf({"members", "-status=alive"}, agent.rpc_address()).
// Address and key go by its environment, so any subcommand works. After `timeout` it is killed.
cli_result run_serf(const std::vector<std::string>& arguments, const std::string& rpc_address,
                    const std::string& auth_key = "",
                    std::chrono::milliseconds timeout = std::chrono::seconds(30));

class real_agent_options {
 public:
  using tag_map = std::map<std::string, std::string>;

  real_agent_options& name(std::string v) { return name_ = std::move(v), *this; }
  real_agent_options& tag(const std::string& k, std::string v) {
    return tags_[k] = std::move(v), *this;
  }
  real_agent_options& tags(tag_map v) { return tags_ = std::move(v), *this; }
  real_agent_options& auth_key(std::string v) { return auth_key_ = std::move(v), *this; }
  // Base64 of 16, 24 or 32 bytes. encrypt_key is what the agent starts with, each time; keyring
  // (the first is the primary) goes to a file the agent keeps up to date, so that installed keys
  // survive restart(). Agents refuse both.
  real_agent_options& encrypt_key(std::string v) { return encrypt_key_ = std::move(v), *this; }
  real_agent_options& keyring(std::vector<std::string> v) { return keyring_ = std::move(v), *this; }
  real_agent_options& log_level(std::string v) { return log_level_ = std::move(v), *this; }
  // The gossip address of an agent to join; done when the constructor or restart() returns.
  real_agent_options& join(std::string v) { return join_ = std::move(v), *this; }
  // A second configuration file, as JSON text: {"user_event_size_limit": 1024}
  real_agent_options& extra_config(std::string v) { return extra_config_ = std::move(v), *this; }

 private:
  friend class real_agent;
  std::string name_, auth_key_, encrypt_key_, join_, extra_config_;
  std::string log_level_ = "debug";
  std::vector<std::string> keyring_;
  tag_map tags_;
};

// One agent with a directory, a loopback address and ports of its own. The constructor returns when
// it answers RPC; it throws std::runtime_error, with the end of the agent's log, when it does not.
// The process ends with this object, and with the test process at the latest. All methods but
// restart() may be called from any thread.
class real_agent {
 public:
  explicit real_agent(real_agent_options options = {});
  ~real_agent();
  real_agent(real_agent&&) noexcept;
  real_agent& operator=(real_agent&&) = delete;

  const std::string& name() const;
  const std::string& auth_key() const;
  std::string rpc_address() const;     // "127.x.y.z:port"
  std::string gossip_address() const;  // "127.x.y.z:port"
  const std::string& directory() const;

  pid_t pid() const;
  bool alive() const;  // a frozen agent is alive
  void freeze();       // SIGSTOP: it accepts connections (its kernel does) and answers nothing
  void thaw();
  void kill();       // SIGKILL, and reaps
  void terminate();  // SIGTERM: exits at once with 1, without leaving the cluster
  void interrupt();  // SIGINT: leaves the cluster and exits with 0, after about 1.5 s
  std::optional<int> wait_for_exit(std::chrono::milliseconds timeout);  // the wait status

  // A new process with the same name, ports and configuration, ready when it returns; kills the old
  // one if need be.
  void restart();

  std::string log() const;  // all it has printed, over restarts too
  bool wait_for_log(const std::string& text, std::chrono::milliseconds timeout) const;

  cli_result run_serf(const std::vector<std::string>& arguments) const;
  void join(const std::string& gossip_address);  // std::runtime_error with the agent's words
  int count_alive() const;  // members it takes for alive; -1 when it does not say
  bool wait_until_alive(int members, std::chrono::milliseconds timeout) const;

 private:
  class files;
  bool start();  // false: a port was taken
  void choose_ports();
  std::string log_tail() const;

  real_agent_options options_;
  std::unique_ptr<files> files_;
  std::string address_;
  int gossip_port_ = 0;
  int rpc_port_ = 0;
  std::unique_ptr<child_process> process_;
};

}  // namespace serf::testing
