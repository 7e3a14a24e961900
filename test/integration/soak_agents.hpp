// Three real agents of one cluster, of which always one is in trouble.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.hpp"
#include "support/real_agent.hpp"

namespace serf::testing {

class soak_agents {
 public:
  soak_agents() {
    for (int i = 1; i <= 3; ++i) {
      agents_.emplace_back(real_agent_options().name("n" + std::to_string(i)).log_level("warn"));
    }
    for (std::size_t i = 1; i < agents_.size(); ++i) agents_[i].join(agents_[0].gossip_address());
  }
  ~soak_agents() { end_trouble(); }

  std::vector<std::string> addresses_from(std::size_t first) const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < agents_.size(); ++i) {
      all.push_back(agents_[(first + i) % agents_.size()].rpc_address());
    }
    return all;
  }

  // Each in its turn is killed, asked to end, or frozen for so long that its clients must notice,
  // and then comes back.
  void begin_trouble() {
    trouble_ = std::thread([this] { make_trouble(); });
  }
  void end_trouble() {
    ended_ = true;
    if (trouble_.joinable()) trouble_.join();
  }

  int killed() const { return killed_; }
  int frozen() const { return frozen_; }
  int crashed() const { return crashed_; }  // by itself: agents up to 0.10 may, when streams end

 private:
  void make_trouble() {
    std::minstd_rand random(7);
    for (std::size_t turn = 0; !ended_; ++turn) {
      real_agent& agent = agents_[turn % agents_.size()];
      switch (random() % 3) {
        case 0:
          agent.kill();
          ++killed_;
          pass(std::chrono::milliseconds(500));
          break;
        case 1:
          agent.terminate();
          ++killed_;
          agent.wait_for_exit(std::chrono::seconds(10));
          break;
        default:
          agent.freeze();
          ++frozen_;
          pass(std::chrono::milliseconds(2500));
          agent.thaw();
      }
      revive();
      pass(std::chrono::milliseconds(1500));
    }
  }

  void revive() {
    for (auto& each : agents_) {
      if (each.alive()) continue;
      if (&each != &agents_[(static_cast<std::size_t>(killed_ + frozen_) + 2) % 3]) ++crashed_;
      try {
        each.restart();
        join_any(each);
      } catch (const std::runtime_error&) {
        // Its port is still taken, or nobody to join answers: the next turn tries again.
      }
    }
  }

  void join_any(real_agent& newcomer) {
    for (auto& each : agents_) {
      if (&each != &newcomer && each.alive()) newcomer.join(each.gossip_address());
    }
  }

  void pass(std::chrono::milliseconds time) {
    wait_until([this] { return ended_.load(); }, time);
  }

  std::deque<real_agent> agents_;
  std::thread trouble_;
  std::atomic<bool> ended_{false};
  std::atomic<int> killed_{0}, frozen_{0}, crashed_{0};
};

}  // namespace serf::testing
