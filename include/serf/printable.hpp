#pragma once

#include <string>
#include <string_view>

#include <serf/export.hpp>

namespace serf {

// Text from elsewhere (names, payloads, an agent's words), made fit for a terminal or a log: valid
// UTF-8 stays, control characters and stray bytes become \n, \t, \x1b and the like, a backslash
// two. What this library prints has gone through it.
SERF_EXPORT std::string printable(std::string_view text);

}  // namespace serf
