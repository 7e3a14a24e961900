// The addresses that an agent can be told to join, and what is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <serf/testing/fake_member.hpp>
#include <serf/testing/fake_value.hpp>

#include "testing/fake_cluster.hpp"

namespace serf::testing {

class fake_joins {
 public:
  // `only_known`: where no member is, and none was promised, nobody listens. Otherwise somebody
  // does everywhere, and brings nobody.
  explicit fake_joins(bool only_known) : only_known_(only_known) {}

  void fail(const std::string& address) { failing_.insert(address); }
  // std::invalid_argument: no "host:port" with an IP address for a host.
  void bring(const std::string& address, std::vector<fake_member> members);

  struct outcome {
    std::size_t reached = 0;
    std::string error;  // when none was
    std::vector<fake_cluster::change> changes;
  };
  outcome join(const fake_value& addresses, fake_cluster& cluster) const;

 private:
  struct place {
    std::string host, port;
    bool operator<(const place& other) const {
      return host != other.host ? host < other.host : port < other.port;
    }
  };
  static place place_of(std::string address, const std::string& default_port);
  bool somebody_listens(const std::string& address, const place& at,
                        const fake_cluster& cluster) const;

  bool only_known_;
  std::set<std::string> failing_;  // as it is sent
  std::map<place, std::vector<fake_member>> brought_;
};

}  // namespace serf::testing
