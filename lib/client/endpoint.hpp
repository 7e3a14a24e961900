#pragma once

#include <cstdint>
#include <string>

#include <serf/result.hpp>

namespace serf {

// Where an agent is, taken apart.
struct endpoint {
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 0;
  std::string text;  // "127.0.0.1:7373", as given, to be printed
};

// Reads "host:port" or "[address]:port". Fails with errc::invalid_argument and a text that names
// the input and, if it has one, where it came from: SERF_RPC_ADDR "localhost": no port.
result<endpoint> parse_endpoint(const std::string& text, const std::string& origin);

}  // namespace serf
