// How agents merge events before they tell streams: member events, and user events that may be
// merged, wait until none has come for a second, but three seconds at most.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <serf/testing/fake_member.hpp>
#include <serf/testing/fake_user_event.hpp>

#include "testing/fake_clock.hpp"

namespace serf::testing {

class fake_wait {
 public:
  void extend(fake_time now);
  fake_time due() const;  // max(): nothing waits
  void end() { waiting_ = false; }

 private:
  bool waiting_ = false;
  fake_time first_, last_;
};

// The events of a name: of several, those of the latest time.
class fake_user_coalescing {
 public:
  void add(const fake_user_event& event, fake_time now);
  fake_time due() const { return wait_.due(); }
  std::vector<fake_user_event> take();

 private:
  fake_wait wait_;
  std::vector<fake_user_event> latest_;
};

// The last event of each member; those of a kind together. As in agents, what was told is not
// forgotten: a member does the same twice without a word, but for an update, which is told again
// whenever anything is.
class fake_member_coalescing {
 public:
  struct event {
    std::string kind;
    std::vector<fake_member> members;
  };

  void add(const std::string& kind, const fake_member& member, fake_time now);
  fake_time due() const { return wait_.due(); }
  std::vector<event> take();

 private:
  struct latest {
    std::string kind;
    fake_member member;
    std::string told = {};  // the kind
  };

  fake_wait wait_;
  std::map<std::string, latest> latest_;  // by name
};

}  // namespace serf::testing
