#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "client/known_keys.hpp"
#include "client/redaction.hpp"

namespace serf {

// What happens to a connection, as a recording has it.
struct session_note {
  enum class kind { opened, sent, received, closed_by_agent, closed_by_client, lost, unreachable };

  std::chrono::nanoseconds at{};  // since the recording began
  std::uint64_t connection = 0;   // 1 is the first that was to be opened
  kind what = kind::opened;
  std::string text;  // the bytes; the agent's address; or why
};

// Makes the lines of a recording of what is noted, in that order: docs/recording.md. One thread at
// a time.
class session_writer {
 public:
  explicit session_writer(const std::string& auth_key);

  std::string begin() const;
  std::string line_of(const session_note& note);
  std::string end(std::chrono::nanoseconds at) const;

 private:
  struct connection {
    explicit connection(known_keys& keys) : sent(keys), received(keys) {}
    redaction sent, received;
  };

  connection& at(std::uint64_t number);

  known_keys keys_;
  std::map<std::uint64_t, connection> open_;
};

}  // namespace serf
