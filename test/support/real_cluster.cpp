#include "support/real_cluster.hpp"

#include <algorithm>
#include <stdexcept>

namespace serf::testing {
namespace {
using clock = std::chrono::steady_clock;
}

real_cluster::real_cluster(real_cluster_options options) : options_(std::move(options)) {
  for (std::size_t i = 0; i < options_.size_; ++i) start_next();
  expect_all_alive();
}

real_agent& real_cluster::add(real_agent_options::tag_map tags) {
  options_.tags(agents_.size(), std::move(tags));
  auto& added = start_next();
  expect_all_alive();
  return added;
}

void real_cluster::restart(std::size_t index) {
  auto* const other = living_but(index);
  agent(index).restart();
  if (other != nullptr) agent(index).join(other->gossip_address());
  expect_all_alive();
}

bool real_cluster::wait_until_alive(int members, std::chrono::milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  return std::all_of(agents_.begin(), agents_.end(), [&](const real_agent& each) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now());
    return !each.alive() || each.wait_until_alive(members, left);
  });
}

bool real_cluster::wait_until_alive(std::chrono::milliseconds timeout) {
  const auto living = std::count_if(agents_.begin(), agents_.end(),
                                    [](const real_agent& each) { return each.alive(); });
  return wait_until_alive(static_cast<int>(living), timeout);
}

real_agent* real_cluster::living_but(std::size_t index) {
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    if (i != index && agents_[i].alive()) return &agents_[i];
  }
  return nullptr;
}

real_agent& real_cluster::start_next() {
  const auto index = agents_.size();
  auto options = options_.agents_;
  options.name("n" + std::to_string(index + 1));
  if (const auto tags = options_.tags_.find(index); tags != options_.tags_.end()) {
    options.tags(tags->second);
  }
  agents_.emplace_back(std::move(options));
  // Gossip alone leaves one out now and then, for longer than a test waits.
  for (std::size_t i = 0; i < index; ++i) {
    if (agents_[i].alive()) agents_.back().join(agents_[i].gossip_address());
  }
  return agents_.back();
}

void real_cluster::expect_all_alive() {
  if (wait_until_alive()) return;
  std::string views;
  for (const auto& each : agents_) {
    views += "\n" + each.name() + " sees:\n" + each.run_serf({"members"}).output;
  }
  throw std::runtime_error("the cluster does not come together:" + views);
}

}  // namespace serf::testing
