#pragma once

#include <string>

#include <serf/log.hpp>

namespace serf::protocol {

// "2026/11/25 01:23:42 [INFO] agent: text" in its parts. A line of any other form is all text.
log_line parse_log_line(std::string raw);

}  // namespace serf::protocol
