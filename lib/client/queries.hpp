#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <serf/event_filter.hpp>
#include <serf/query.hpp>
#include <serf/result.hpp>

#include "protocol/request.hpp"

namespace serf::queries {

// The request; or what no agent would accept.
result<protocol::request> checked(const query_request& what);

// Nobody answers a query with an expression that does not compile, and the agent does not say so.
// It does so, by hanging up, when asked for members that match it; this asks, for none of them.
// None: the agent can compile them all.
std::optional<protocol::request> expression_check(const query_request& what);

// How long after the agent has taken it a query that is not closed is given up.
std::chrono::nanoseconds life_of(const query_request& what);

// What subscribes to the queries of this name; or why nothing does.
result<event_filter> filter_for(const std::string& name);

}  // namespace serf::queries
