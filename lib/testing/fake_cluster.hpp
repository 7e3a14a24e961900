// The members of a fake cluster and what commands do to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <serf/testing/fake_member.hpp>

#include "testing/fake_body.hpp"

namespace serf::testing {

class fake_cluster {
 public:
  explicit fake_cluster(std::vector<fake_member> members);  // the first is the agent itself

  const std::vector<fake_member>& members() const { return members_; }
  const fake_member& self() const { return members_.at(self_); }
  const fake_member* find(const std::string& name) const;
  void expect(const std::string& name) const;  // std::invalid_argument: there is none of that name
  std::vector<std::string> names_alive() const;

  // Adds it or takes the place of its namesake, whose address it keeps unless it has one of its
  // own.
  void set(fake_member member);
  void remove(const std::string& name);  // never the agent itself

  // members-filtered; nullopt: an expression is invalid. Agents put ^ and $ around it, but no
  // group: "a|b" is "^a" or "b$".
  std::optional<std::vector<fake_member>> filtered(const fake_body& filter) const;

  // A member event to tell the streams.
  struct change {
    std::string kind;
    fake_member member;
  };
  // Alive from here on, new or come back: then what it has by default is as it was before.
  change join(const fake_member& member);
  // Each throws std::invalid_argument where there is no such member.
  change fail(const std::string& name);
  change leave(const std::string& name);
  change update_tags(const std::string& name, const fake_member::tag_map& tags);
  change reap(const std::string& name);  // gone from the list; never the agent itself

  std::optional<change> force_leave(const std::string& node, bool prune);
  change leave();    // the agent itself
  void come_back();  // after leave, as a new process does

  // tags; the text of the error when they are too large, and nothing is changed.
  std::optional<std::string> change_tags(const fake_value& set, const fake_value& remove);

  fake_value stats(bool encrypted, std::uint64_t event_time, std::uint64_t query_time) const;

 private:
  fake_member& named(const std::string& name);

  std::vector<fake_member> members_;
  std::size_t self_ = 0;
};

}  // namespace serf::testing
