// What clients send, as an agent in a test gets to see it. Each compares and prints, for matchers
// and for the messages of failed expectations.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <serf/tag_map.hpp>

namespace serf::testing {

// members and members-filtered: expressions as sent, which a client has anchored or escaped. ""
// and no tags: all members.
struct sent_members {
  std::string name;
  std::string status;
  tag_map tags;
};

struct sent_join {
  std::vector<std::string> addresses;
  bool replay = false;
};

struct sent_force_leave {
  std::string node;
  bool prune = false;
};

struct sent_tags {
  tag_map set;
  std::vector<std::string> removed;
};

struct sent_event {
  std::string name;
  std::string payload = {};
  bool coalesce = false;
};

struct sent_query {
  std::string name;
  std::string payload = {};
  std::vector<std::string> nodes = {};  // none: all
  tag_map tags = {};                    // expressions, as sent
  bool request_ack = false;
  int relay_factor = 0;
  std::chrono::nanoseconds timeout{0};  // 0: the agent chooses
};

struct sent_respond {
  std::uint64_t id = 0;
  std::string payload = {};
};

bool operator==(const sent_members& a, const sent_members& b);
bool operator==(const sent_join& a, const sent_join& b);
bool operator==(const sent_force_leave& a, const sent_force_leave& b);
bool operator==(const sent_tags& a, const sent_tags& b);
bool operator==(const sent_event& a, const sent_event& b);
bool operator==(const sent_query& a, const sent_query& b);
bool operator==(const sent_respond& a, const sent_respond& b);

std::ostream& operator<<(std::ostream& out, const sent_members& sent);
std::ostream& operator<<(std::ostream& out, const sent_join& sent);
std::ostream& operator<<(std::ostream& out, const sent_force_leave& sent);
std::ostream& operator<<(std::ostream& out, const sent_tags& sent);
std::ostream& operator<<(std::ostream& out, const sent_event& sent);
std::ostream& operator<<(std::ostream& out, const sent_query& sent);
std::ostream& operator<<(std::ostream& out, const sent_respond& sent);

}  // namespace serf::testing
