// An agent, fake or real, as a conformance case sees it: what can be set up and done on both.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "support/real_agent.hpp"

namespace serf::testing {

using tag_map = real_agent_options::tag_map;

// The cluster to start: nodes n1, n2, ..., of which n1 is the agent under test.
struct cluster_under_test {
  std::vector<tag_map> nodes{tag_map{}};  // the tags of each
  std::string auth_key = {};
  std::string encrypt_key = {};
};

// The agent n1 and the nodes that it has for a cluster.
class agent_under_test {
 public:
  virtual ~agent_under_test() = default;

  virtual std::string rpc_address() const = 0;
  std::string host() const;
  int port() const;

  virtual std::string gossip_address(std::size_t node) const = 0;  // 0 is n1
  virtual std::string address_of_nobody() = 0;  // joining it is refused; "host:port"

  // What happens to the nodes other than n1. Each returns when n1 lists it so.
  virtual void add() = 0;  // one more joins, under the next name
  virtual void leave(std::size_t node) = 0;
  virtual void fail(std::size_t node) = 0;  // ends without a word

  // Whether the agent has ended by then, after a leave.
  virtual bool has_ended(std::chrono::milliseconds timeout) = 0;

 protected:
  bool listens() const;  // whether somebody takes a connection
};

// Which agent a case runs against: the fake one, or the binary of a real one.
struct agent_choice {
  std::string name;    // of the test: letters, digits and underscores
  std::string binary;  // a path; "" is the fake agent

  bool fake() const { return binary.empty(); }
};
std::ostream& operator<<(std::ostream& out, const agent_choice& value);

// The fake agent, and each of $SERF_AGENTS: paths, or names to look for in PATH, separated by
// blanks, newlines or colons. Where it is not set: $SERF_AGENT, or `serf`. One that is not there is
// listed, too, and its cases fail.
const std::vector<agent_choice>& agents_under_test();
std::vector<agent_choice> real_agents_under_test();

// Starts it; the binary is also that of run_serf() from then on.
std::unique_ptr<agent_under_test> start_agent(const agent_choice& choice,
                                              const cluster_under_test& cluster = {});

}  // namespace serf::testing
