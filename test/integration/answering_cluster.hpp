// Agents that answer queries without any client: "whoami" is answered with the node's name, a blank
// and the payload.
#pragma once

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include <serf/client.hpp>

#include "integration/event_storm.hpp"
#include "support/real_cluster.hpp"

namespace serf::testing {

inline real_cluster_options answering_cluster(std::size_t size = 3) {
  return real_cluster_options(size).extra_config(
      R"({"event_handlers": ["query:whoami=printf '%s %s' \"$SERF_SELF_NAME\" \"$(cat)\""]})");
}

// Asks until so many acks and responses have come, five times at most: gossip is by chance, and now
// and then it does not bring a query to a node at all. What the agent has heard, though, has come.
inline query_result ask_until(client& asker, const real_agent& agent, const query_request& what,
                              std::size_t records) {
  const auto heard = [&] { return occurrences(agent.log(), "messageQueryResponseType: "); };
  for (int tries = 1;; ++tries) {
    const std::size_t before = heard();
    auto came = asker.ask(what).get();
    const std::size_t got = came.acks.size() + came.responses.size();
    if (got >= records || tries == 5) return came;
    // (By relays it hears several times of the same.)
    if (what.relay_factor() == 0) {
      EXPECT_EQ(got, heard() - before);
    }
  }
}

}  // namespace serf::testing
