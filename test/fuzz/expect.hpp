// What a fuzz target holds true, whatever the input. Not assert(): it is checked in every build.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace serf::fuzz {

inline void expect(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace serf::fuzz
