// Bytes into a reader, as a socket would give them.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "protocol/reader.hpp"

namespace serf::protocol::test {

inline void feed(reader& into, std::string_view bytes) {
  while (!bytes.empty()) {
    const reader::space space = into.prepare();
    const std::size_t size = std::min(space.size, bytes.size());
    std::memcpy(space.data, bytes.data(), size);
    into.commit(size);
    bytes.remove_prefix(size);
  }
}

}  // namespace serf::protocol::test
