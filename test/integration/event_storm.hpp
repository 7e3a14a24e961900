// User events by the thousand, each with a number as its payload.
#pragma once

#include <cstddef>
#include <deque>
#include <future>
#include <string>
#include <utility>

#include <serf/client.hpp>

namespace serf::testing {

inline user_event_request numbered(const std::string& name, int number) {
  return user_event_request(name).payload(std::to_string(number)).coalesce(false);
}

// Fires as fast as the agent takes them, `window` at most under way; returns when it has taken all.
inline void fire_numbered(client& from, const std::string& name, int first, int count,
                          std::size_t window = 1000) {
  std::deque<std::future<void>> under_way;
  for (int number = first; number < first + count; ++number) {
    if (under_way.size() == window) {
      under_way.front().get();
      under_way.pop_front();
    }
    under_way.push_back(from.event(numbered(name, number)));
  }
  for (auto& each : under_way) each.get();
}

// How often `part` stands in `text`.
inline std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

}  // namespace serf::testing
