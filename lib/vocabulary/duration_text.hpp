#pragma once

#include <chrono>
#include <string>

namespace serf {

// "700 ms", "1.5 s": for messages.
std::string duration_text(std::chrono::nanoseconds value);

}  // namespace serf
