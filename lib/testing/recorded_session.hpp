// A recording of a session, read from its file: docs/recording.md. It shares no code with the
// library that writes it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace serf::testing {

// Bytes that stand in for a key.
struct recorded_key {
  std::size_t at = 0;
  std::size_t size = 0;
};

// What the agent sent with one call.
struct recorded_piece {
  std::string bytes;
  std::size_t after = 0;            // so many bytes had come from the client
  std::chrono::microseconds gap{};  // since the connection had moved last
};

// Where in the file stands what the client sent from this byte on.
struct recorded_line {
  std::size_t at = 0;
  std::size_t line = 0;
};

struct recorded_connection {
  enum class ending { open, by_agent, by_client, lost };

  std::uint64_t number = 0;
  std::string sent;                    // by the client
  std::vector<recorded_key> keys;      // in it
  std::vector<recorded_line> lines;    // of it
  std::vector<recorded_piece> pieces;  // by the agent
  ending end = ending::open;
  std::size_t end_after = 0;
  std::chrono::microseconds end_gap{};
};

struct recorded_session {
  std::string file;
  std::vector<recorded_connection> connections;  // as the client tried to open them
};

// std::runtime_error that names file and line. `cut_short`: the end may be missing.
recorded_session read_recorded_session(const std::string& file, bool cut_short);

}  // namespace serf::testing
