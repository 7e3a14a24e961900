// What this process has used: time on the processors, and memory. Fakes in the process count, too.
#pragma once

#include <time.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>

namespace serf::testing {

// Of all threads together. A thread that spins uses as much of it as passes.
inline std::chrono::nanoseconds processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// In KiB; "VmRSS:" is now, "VmHWM:" the most there ever was.
inline std::size_t memory_kib(const std::string& which) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != which) continue;
    std::size_t kib = 0;
    status >> kib;
    return kib;
  }
  return 0;
}

// Sanitizers keep shadows of what is used, and what was freed.
#if defined(SERF_WITH_ADDRESS_SANITIZER) || defined(SERF_WITH_THREAD_SANITIZER)
constexpr std::size_t memory_factor = 8;
#else
constexpr std::size_t memory_factor = 1;
#endif

// The most by which the process has grown since this was made.
class memory_growth {
 public:
  memory_growth() { std::ofstream("/proc/self/clear_refs") << 5; }  // VmHWM: starts anew

  std::size_t mib() const {
    const auto most = memory_kib("VmHWM:");
    return most > before_ ? (most - before_) / 1024 : 0;  // some may have been given back between
  }

 private:
  std::size_t before_ = memory_kib("VmRSS:");
};

}  // namespace serf::testing
