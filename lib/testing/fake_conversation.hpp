// How a fake agent talks on one connection: requests strictly in order, gates first, overrides
// next, the command itself last.
#pragma once

#include "testing/fake_state.hpp"

namespace serf::testing {

// Answers what can be answered of what has arrived.
void converse(fake_state& state, fake_connection& connection);

// Answers the request that a connection holds, then what waited behind it.
void release_held(fake_state& state, fake_connection& connection);

}  // namespace serf::testing
