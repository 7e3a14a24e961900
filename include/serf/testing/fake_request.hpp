// What a fake agent has seen and what is live on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <serf/testing/fake_value.hpp>

namespace serf::testing {

struct fake_request {
  std::size_t connection = 0;  // 1 is the first ever accepted
  std::string command;
  std::uint64_t seq = 0;
  fake_value header;         // as sent
  fake_value body;           // as sent; nil when the command has none or it was not read
  std::string header_bytes;  // as sent
  std::string body_bytes;
  // The header lacked its Command or Seq, so that the one of the request before stood in: agents
  // then read as a header what the client meant as a body.
  bool misread = false;
};

// A stream, a monitor or a query for which records can be pushed.
struct fake_live {
  std::string command;  // stream, monitor or query
  std::size_t connection = 0;
  std::uint64_t seq = 0;
  std::string argument;  // filter, level or name
};

}  // namespace serf::testing
