#pragma once

#include <vector>

#include <serf/client_options.hpp>
#include <serf/result.hpp>

#include "client/endpoint.hpp"

namespace serf {

// The endpoints that the options name; or what is wrong with these options.
result<std::vector<endpoint>> checked(const client_options& options);

}  // namespace serf
