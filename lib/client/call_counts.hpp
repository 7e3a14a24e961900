#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include <serf/error.hpp>
#include <serf/metrics.hpp>

namespace serf {

// What became of a client's calls, by command. Any thread; a few relaxed additions a call.
class call_counts {
 public:
  using clock = std::chrono::steady_clock;

  // `why`: what it failed of; nullptr: it succeeded.
  void add(std::string_view command, const failure* why, clock::time_point since);
  // It was refused before there was a call.
  void reject(std::string_view command);
  std::vector<call_metrics> all() const;  // by name; without those that were never called

 private:
  using count = std::atomic<std::uint64_t>;
  struct entry {
    count succeeded{0}, refused{0}, timed_out{0}, lost{0}, rejected{0};
    std::array<count, latency_histogram::ranges> latency{};
  };
  entry* entry_of(std::string_view command);
  static count& outcome(entry& of, const failure* why);

  static constexpr std::array<std::string_view, 17> names = {
      "event",     "force-leave", "get-coordinate", "install-key", "join",    "leave",
      "list-keys", "members",     "monitor",        "query",       "ready",   "remove-key",
      "respond",   "stats",       "stream",         "tags",        "use-key",
  };
  std::array<entry, names.size()> entries_;
};

}  // namespace serf
