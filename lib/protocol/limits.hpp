#pragma once

#include <cstddef>

namespace serf::protocol {

// Of one header or one body. Exceeding one is a violation as soon as it is announced, before a byte
// of what was announced is waited for.
struct limits {
  std::size_t bytes = std::size_t{128} << 20U;
  std::size_t depth = 32;            // of arrays and maps in one another
  std::size_t elements = 4'194'304;  // of arrays, and entries of maps, over all levels
};

}  // namespace serf::protocol
