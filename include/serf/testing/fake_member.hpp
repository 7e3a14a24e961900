// A member of a fake agent's cluster.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <serf/testing/fake_value.hpp>

namespace serf::testing {

// As agents send them, in seconds. The default is what a node that just started has.
struct fake_coordinate {
  std::vector<double> vec = std::vector<double>(8, 0.0);
  double error = 1.5;
  double adjustment = 0.0;
  double height = 1e-5;
};

struct fake_member {
  using tag_map = std::map<std::string, std::string>;

  fake_member(std::string its_name, tag_map its_tags = {}, std::string its_status = "alive")
      : name(std::move(its_name)), tags(std::move(its_tags)), status(std::move(its_status)) {}

  std::string name;
  tag_map tags;
  std::string status;  // alive, leaving, left, failed, or anything a test makes up
  // IPv4 goes out in 4 bytes, IPv6 ("::ffff:10.0.0.1" included) in 16, "" as nil. A cluster gives
  // each member that has this default address one of its own: 127.0.0.2 for the second, and so on.
  std::string address = "127.0.0.1";
  std::uint16_t port = 7946;
  unsigned protocol_min = 1, protocol_max = 5, protocol_cur = 2;
  unsigned delegate_min = 2, delegate_max = 5, delegate_cur = 5;
  bool has_coordinate = true;
  fake_coordinate coordinate;
};

// As it stands in members replies and in member events. std::invalid_argument when the address is
// none.
fake_value to_value(const fake_member& member);
fake_value to_list(const std::vector<fake_member>& members);

// The reply of get-coordinate; nullptr for a node without one.
fake_value to_coordinate_reply(const fake_coordinate* coordinate);

}  // namespace serf::testing
