// Recorded exchanges with real agents, read by an independent decoder.
#pragma once

#include <string>
#include <vector>

#include <serf/testing/fake_member.hpp>

namespace serf::testing {

std::string recorded(const std::string& name);  // "members.response"; std::runtime_error: none

// One line per value, with types; the order of map keys does not show.
std::string readable(const std::string& bytes);
// The same with keys and types alone. Numbers and texts may differ, nil and empty may not.
std::string shape(const std::string& bytes);

// All members named in the first body, whatever reply or record it is.
std::vector<fake_member> recorded_members(const std::string& name);

}  // namespace serf::testing
