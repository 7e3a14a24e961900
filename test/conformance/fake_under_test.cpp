#include "conformance/fake_under_test.hpp"

#include "support/deadline.hpp"

namespace serf::testing {
namespace {

fake_member node(std::size_t index, const tag_map& tags) {
  fake_member made("n" + std::to_string(index + 1), tags);
  made.port = static_cast<std::uint16_t>(7946 + index);
  return made;
}

fake_agent_options options_for(const cluster_under_test& cluster) {
  fake_agent_options options;
  options.auth_key(cluster.auth_key)
      .encrypt_key(cluster.encrypt_key)
      .coalesce()
      .only_known_joins()
      .leave_takes(std::chrono::seconds(1));
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) options.member(node(i, cluster.nodes[i]));
  return options;
}

}  // namespace

fake_under_test::fake_under_test(const cluster_under_test& cluster)
    : agent_(options_for(cluster)) {}

std::string fake_under_test::gossip_address(std::size_t node) const {
  const auto member = agent_.members().at(node);
  return member.address + ":" + std::to_string(member.port);
}

std::string fake_under_test::address_of_nobody() { return "127.0.0.9:9999"; }

void fake_under_test::add() {
  const auto number = agent_.members().size();
  agent_.join(node(number, {}));
}

void fake_under_test::leave(std::size_t node) { agent_.leave(agent_.members().at(node).name); }

void fake_under_test::fail(std::size_t node) { agent_.fail(agent_.members().at(node).name); }

bool fake_under_test::has_ended(std::chrono::milliseconds timeout) {
  return wait_until([&] { return !listens(); }, timeout);
}

}  // namespace serf::testing
