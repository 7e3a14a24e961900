// The calls of one run of a client.
#pragma once

#include <cstddef>

#include <serf/client.hpp>

#include "fuzz/input.hpp"
#include "fuzz/open_ends.hpp"

namespace serf::fuzz {

// Makes those that the input chooses. How many further connections they take at once.
std::size_t make_calls(client& subject, input& in, open_ends& ends);

}  // namespace serf::fuzz
