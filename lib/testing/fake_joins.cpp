#include "testing/fake_joins.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace serf::testing {
namespace {

bool is_up(const fake_member& member) {
  return member.status == "alive" || member.status == "leaving";
}

}  // namespace

// "127.0.0.2", "127.0.0.2:7946", "[::1]:7946", each perhaps behind "n2/".
fake_joins::place fake_joins::place_of(std::string address, const std::string& default_port) {
  address.erase(0, address.find('/') + 1);
  const auto colon = address.rfind(':');
  const bool bare =
      colon == std::string::npos || (address.front() != '[' && address.find(':') != colon);  // IPv6
  place at{bare ? address : address.substr(0, colon),
           bare ? default_port : address.substr(colon + 1)};
  if (at.host.size() > 1 && at.host.front() == '[' && at.host.back() == ']') {
    at.host = at.host.substr(1, at.host.size() - 2);
  }
  return at;
}

void fake_joins::bring(const std::string& address, std::vector<fake_member> members) {
  const auto at = place_of(address, "");
  std::uint16_t port = 0;
  const auto* const end = at.port.data() + at.port.size();
  if (members.empty() || std::from_chars(at.port.data(), end, port).ptr != end || port == 0) {
    throw std::invalid_argument("fake agent: nobody can be brought by joining \"" + address + "\"");
  }
  auto& there = brought_[at];
  if (there.empty()) {  // the first to come is who lives there
    members.front().address = at.host;
    members.front().port = port;
  }
  for (const auto& member : members) static_cast<void>(to_value(member));  // a bad address throws
  there.insert(there.end(), members.begin(), members.end());
}

bool fake_joins::somebody_listens(const std::string& address, const place& at,
                                  const fake_cluster& cluster) const {
  if (failing_.count(address) != 0) return false;
  if (!only_known_ || brought_.count(at) != 0) return true;
  const auto& members = cluster.members();
  return std::any_of(members.begin(), members.end(), [&](const fake_member& one) {
    return is_up(one) && one.address == at.host && std::to_string(one.port) == at.port;
  });
}

fake_joins::outcome fake_joins::join(const fake_value& addresses, fake_cluster& cluster) const {
  outcome result;
  std::string lines;
  std::size_t failures = 0;
  for (const auto& item : addresses.list()) {
    const auto at = place_of(item.text(), std::to_string(cluster.self().port));
    if (!somebody_listens(item.text(), at, cluster)) {
      ++failures;
      const bool six = at.host.find(':') != std::string::npos;
      lines += "\t* Failed to join " + at.host + ": dial tcp " +
               (six ? "[" + at.host + "]" : at.host) + ":" + at.port +
               ": connect: connection refused\n";
      continue;
    }
    ++result.reached;
    const auto there = brought_.find(at);
    if (there == brought_.end()) continue;
    for (const auto& member : there->second) {
      const auto* known = cluster.find(member.name);
      if (!known || !is_up(*known)) result.changes.push_back(cluster.join(member));
    }
  }
  if (result.reached == 0 && failures > 0) {
    result.error = std::to_string(failures) + (failures == 1 ? " error" : " errors") +
                   " occurred:\n" + lines + "\n";
  }
  return result;
}

}  // namespace serf::testing
