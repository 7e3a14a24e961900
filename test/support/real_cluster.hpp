// Real agents joined to one cluster, for integration tests.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/real_agent.hpp"

namespace serf::testing {

// What to start: real_cluster_options(3).tags(0, {{"role", "web"}}).encrypt_key(key). agents() is
// the template of all.
class real_cluster_options {
 public:
  real_cluster_options(std::size_t size = 3) : size_(size) {}

  real_cluster_options& size(std::size_t v) { return size_ = v, *this; }
  real_cluster_options& agents(real_agent_options v) { return agents_ = std::move(v), *this; }
  real_cluster_options& auth_key(std::string v) { return agents_.auth_key(std::move(v)), *this; }
  real_cluster_options& encrypt_key(std::string v) {
    return agents_.encrypt_key(std::move(v)), *this;
  }
  real_cluster_options& keyring(std::vector<std::string> v) {
    return agents_.keyring(std::move(v)), *this;
  }
  real_cluster_options& log_level(std::string v) { return agents_.log_level(std::move(v)), *this; }
  real_cluster_options& extra_config(std::string v) {
    return agents_.extra_config(std::move(v)), *this;
  }
  real_cluster_options& tags(std::size_t index, real_agent_options::tag_map v) {
    return tags_[index] = std::move(v), *this;
  }

 private:
  friend class real_cluster;
  std::size_t size_;
  real_agent_options agents_;
  std::map<std::size_t, real_agent_options::tag_map> tags_;
};

// Agents n1, n2, ... at the indices 0, 1, ...; each sees all others alive when the constructor
// returns. Clusters of one test or of several test processes do not meet, so that the names may
// repeat.
class real_cluster {
 public:
  explicit real_cluster(real_cluster_options options = {});

  std::size_t size() const { return agents_.size(); }
  real_agent& agent(std::size_t index) { return agents_.at(index); }
  real_agent& operator[](std::size_t index) { return agents_.at(index); }

  // One more agent, joined and seen by all that live. References to the others stay valid.
  real_agent& add() { return add({}); }
  real_agent& add(real_agent_options::tag_map tags);

  // Starts agent `index` again, on its ports, and joins it to a living one; returns when all that
  // live see it.
  void restart(std::size_t index);

  // Until each living agent counts exactly `members` (default: as many as live) as alive.
  bool wait_until_alive(int members, std::chrono::milliseconds timeout);
  bool wait_until_alive(std::chrono::milliseconds timeout = std::chrono::seconds(20));

  // The serf command against agent `index`.
  cli_result run_serf(std::size_t index, const std::vector<std::string>& arguments) {
    return agent(index).run_serf(arguments);
  }

 private:
  real_agent* living_but(std::size_t index);
  real_agent& start_next();
  void expect_all_alive();

  real_cluster_options options_;
  std::deque<real_agent> agents_;
};

}  // namespace serf::testing
