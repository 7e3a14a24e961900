#pragma once

#include <functional>
#include <set>
#include <string>

#include "client/connection.hpp"

namespace serf {

// Whether the agent that a client has come to is of the cluster that it was in before: where it has
// several endpoints, one of them may belong to another. The I/O thread's own.
class cluster_check {
 public:
  using warning = std::function<void(const std::string&)>;

  // `agent`: all of the endpoints, for messages.
  explicit cluster_check(std::string agent) : agent_(std::move(agent)) {}

  // Asks the agent at `where` for its members. `warn` is called where they share none with the
  // agent's that was asked before. This must outlive the connection.
  void look(connection& main, const std::string& where, warning warn);

 private:
  class question;
  void compare(std::set<std::string> members, const std::string& where, const warning& warn);

  const std::string agent_;
  std::set<std::string> known_;
  std::string known_from_;
};

}  // namespace serf
