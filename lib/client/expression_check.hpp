#pragma once

#include <memory>

#include <serf/query.hpp>

#include "client/connection.hpp"
#include "client/lane.hpp"

namespace serf {

// Sends the query over `main`. Where its tag filters hold an expression that the agent may not be
// able to compile, it goes out once a look at the members over `risky` has shown that it is: of a
// query the agent would not say, and nobody would answer. Any thread.
void send_query(const query_request& what, session::wish query, std::unique_ptr<session::call> who,
                const std::shared_ptr<connection>& main, lane& risky);

}  // namespace serf
