#pragma once

// Everything is compiled with hidden visibility; what bears SERF_EXPORT is the library's ABI.
// The same objects make the static and the shared library, so there is one definition for both.
#if defined(__GNUC__) || defined(__clang__)
#define SERF_EXPORT __attribute__((visibility("default")))
#else
#define SERF_EXPORT
#endif
