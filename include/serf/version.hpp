#pragma once

// The only place that states the version: the build reads these three lines.
#define SERF_VERSION_MAJOR 0
#define SERF_VERSION_MINOR 1
#define SERF_VERSION_PATCH 0

#define SERF_VERSION_TEXT_(major, minor, patch) #major "." #minor "." #patch
#define SERF_VERSION_TEXT(major, minor, patch) SERF_VERSION_TEXT_(major, minor, patch)

namespace serf {

// "0.1.0": the version of the headers that the caller was compiled with.
constexpr const char* version() noexcept {
  return SERF_VERSION_TEXT(SERF_VERSION_MAJOR, SERF_VERSION_MINOR, SERF_VERSION_PATCH);
}

}  // namespace serf

#undef SERF_VERSION_TEXT
#undef SERF_VERSION_TEXT_
