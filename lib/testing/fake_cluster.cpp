#include "testing/fake_cluster.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "testing/fake_expression.hpp"
#include "testing/fake_sizes.hpp"

namespace serf::testing {
namespace {

bool has_default_address(const fake_member& member) {
  static const fake_member fresh("");
  return member.address == fresh.address && member.port == fresh.port;
}

bool has_default_coordinate(const fake_member& member) {
  static const fake_coordinate fresh;
  const auto& its = member.coordinate;
  return member.has_coordinate && its.vec == fresh.vec && its.error == fresh.error &&
         its.adjustment == fresh.adjustment && its.height == fresh.height;
}

// No two nodes share an address: those that are given none get the next of 127.0.x.y.
template <class Predicate>
void find_address(fake_member& member, std::size_t first, Predicate is_taken) {
  for (std::size_t i = first; is_taken(member); ++i) {
    member.address = "127." + std::to_string(i >> 16U & 0xffU) + "." +
                     std::to_string(i >> 8U & 0xffU) + "." + std::to_string(i & 0xffU);
  }
}

}  // namespace

// There may be tens of thousands: each is looked up, not compared with all others.
fake_cluster::fake_cluster(std::vector<fake_member> members) : members_(std::move(members)) {
  if (members_.empty()) members_.emplace_back("n1");
  std::set<std::pair<std::string, std::uint16_t>> taken;
  const auto place_of = [](const fake_member& one) { return std::pair(one.address, one.port); };
  for (const auto& one : members_) {
    static_cast<void>(to_value(one));  // a bad address throws
    if (!has_default_address(one)) taken.insert(place_of(one));
  }
  for (std::size_t i = 0; i < members_.size(); ++i) {
    auto& one = members_[i];
    if (!has_default_address(one)) continue;
    find_address(one, i + 1, [&](const fake_member& at) { return taken.count(place_of(at)) != 0; });
    taken.insert(place_of(one));
  }
}

const fake_member* fake_cluster::find(const std::string& name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const fake_member& one) { return one.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

void fake_cluster::expect(const std::string& name) const {
  if (find(name)) return;
  throw std::invalid_argument("fake agent: no member is named \"" + name + "\"");
}

std::vector<std::string> fake_cluster::names_alive() const {
  std::vector<std::string> names;
  for (const auto& member : members_) {
    if (member.status == "alive") names.push_back(member.name);
  }
  return names;
}

void fake_cluster::set(fake_member member) {
  static_cast<void>(to_value(member));  // a bad address throws
  const bool any_address = has_default_address(member);
  for (auto& one : members_) {
    if (one.name != member.name) continue;
    if (any_address) {
      member.address = one.address;
      member.port = one.port;
    }
    one = std::move(member);
    return;
  }
  if (any_address) {
    find_address(member, members_.size() + 1, [&](const fake_member& at) {
      return std::any_of(members_.begin(), members_.end(), [&](const fake_member& one) {
        return one.address == at.address && one.port == at.port;
      });
    });
  }
  members_.push_back(std::move(member));
}

void fake_cluster::remove(const std::string& name) {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].name != name || i == self_) continue;
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

fake_member& fake_cluster::named(const std::string& name) {
  expect(name);
  return *std::find_if(members_.begin(), members_.end(),
                       [&](const fake_member& one) { return one.name == name; });
}

fake_cluster::change fake_cluster::join(const fake_member& member) {
  auto alive = member;
  alive.status = "alive";
  if (const auto* before = find(member.name)) {
    if (alive.tags.empty()) alive.tags = before->tags;
    if (has_default_coordinate(alive)) {
      alive.has_coordinate = before->has_coordinate;
      alive.coordinate = before->coordinate;
    }
  }
  set(alive);
  return {"member-join", named(member.name)};
}

fake_cluster::change fake_cluster::fail(const std::string& name) {
  auto& member = named(name);
  member.status = "failed";
  return {"member-failed", member};
}

fake_cluster::change fake_cluster::leave(const std::string& name) {
  auto& member = named(name);
  member.status = "left";
  return {"member-leave", member};
}

fake_cluster::change fake_cluster::update_tags(const std::string& name,
                                               const fake_member::tag_map& tags) {
  auto& member = named(name);
  member.tags = tags;
  return {"member-update", member};
}

fake_cluster::change fake_cluster::reap(const std::string& name) {
  if (name == self().name) throw std::invalid_argument("fake agent: cannot reap itself");
  change reaped{"member-reap", named(name)};
  remove(name);
  return reaped;
}

std::optional<std::vector<fake_member>> fake_cluster::filtered(const fake_body& filter) const {
  const auto status = filter.at("Status").text();
  const auto name = filter.at("Name").text();
  std::vector<fake_member> result;
  try {
    // All are compiled, even when no member is compared.
    const fake_expression status_expression("^" + status + "$");
    const fake_expression name_expression("^" + name + "$");
    std::vector<std::pair<std::string, fake_expression>> tags;
    for (const auto& [tag, expression] : filter.at("Tags").map()) {
      tags.emplace_back(tag.text(), fake_expression("^" + expression.text() + "$"));
    }
    for (const auto& member : members_) {
      const auto has_tag = [&](const std::pair<std::string, fake_expression>& wanted) {
        const auto found = member.tags.find(wanted.first);
        const std::string value = found == member.tags.end() ? "" : found->second;
        return wanted.second.matches(value);
      };
      if ((status.empty() || status_expression.matches(member.status)) &&
          (name.empty() || name_expression.matches(member.name)) &&
          std::all_of(tags.begin(), tags.end(), has_tag)) {
        result.push_back(member);
      }
    }
  } catch (const fake_expression::invalid&) {
    return std::nullopt;
  }
  return result;
}

std::optional<fake_cluster::change> fake_cluster::force_leave(const std::string& node, bool prune) {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const fake_member& one) { return one.name == node; });
  if (found == members_.end() || &*found == &self())
    return std::nullopt;  // itself: it refutes that
  const bool failed = found->status == "failed";
  if (found->status == "alive") found->status = "leaving";
  if (failed) found->status = "left";
  if (prune) {
    change reaped{"member-reap", *found};
    remove(node);
    return reaped;
  }
  if (failed) return change{"member-leave", *found};
  return std::nullopt;  // of a node that lives, agents tell nothing
}

fake_cluster::change fake_cluster::leave() { return leave(self().name); }

void fake_cluster::come_back() { members_[self_].status = "alive"; }

std::optional<std::string> fake_cluster::change_tags(const fake_value& set,
                                                     const fake_value& remove) {
  auto tags = self().tags;
  for (const auto& name : remove.list()) tags.erase(name.text());
  for (const auto& [name, value] : set.map()) tags[name.text()] = value.text();
  if (encoded_tags_size(tags) > tags_limit) {
    return "Encoded length of tags exceeds limit of " + std::to_string(tags_limit) + " bytes";
  }
  members_[self_].tags = tags;
  return std::nullopt;
}

fake_value fake_cluster::stats(bool encrypted, std::uint64_t event_time,
                               std::uint64_t query_time) const {
  const auto count = [&](const std::string& status) {
    return std::to_string(
        std::count_if(members_.begin(), members_.end(),
                      [&](const fake_member& one) { return one.status == status; }));
  };
  fake_map tags;
  for (const auto& [key, value] : self().tags) tags.emplace_back(key, value);
  return fake_map{{"agent", fake_map{{"name", self().name}}},
                  {"event_handlers", fake_map{}},
                  {"runtime", fake_map{{"arch", "amd64"},
                                       {"cpu_count", "2"},
                                       {"goroutines", "33"},
                                       {"max_procs", "2"},
                                       {"os", "linux"},
                                       {"version", "go1.19.8"}}},
                  {"serf", fake_map{{"coordinate_resets", "0"},
                                    {"encrypted", encrypted ? "true" : "false"},
                                    {"event_queue", "0"},
                                    {"event_time", std::to_string(event_time)},
                                    {"failed", count("failed")},
                                    {"health_score", "0"},
                                    {"intent_queue", "0"},
                                    {"left", count("left")},
                                    {"member_time", std::to_string(members_.size())},
                                    {"members", std::to_string(members_.size())},
                                    {"query_queue", "0"},
                                    {"query_time", std::to_string(query_time)}}},
                  {"tags", tags}};
}

}  // namespace serf::testing
