// Reads requests into their declared fields with the leniency and the strictness of agents: keys
// are case-sensitive, unknown ones are skipped, missing ones are zero, a wrong type is fatal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <serf/testing/fake_value.hpp>

namespace serf::testing {

struct fake_header {
  std::string command;
  std::uint64_t seq = 0;
};

// Every declared field, with its declared type.
using fake_body = std::map<std::string, fake_value>;

bool is_known_command(const std::string& command);
bool has_request_body(const std::string& command);

// What the header does not name keeps the value it has: agents reuse one. False: undecodable.
bool read_header(const fake_value& sent, fake_header& into);

// nullopt: undecodable.
std::optional<fake_body> read_body(const std::string& command, const fake_value& sent);

}  // namespace serf::testing
