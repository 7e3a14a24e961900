// Requests that the input chooses.
#pragma once

#include <optional>

#include "fuzz/input.hpp"
#include "protocol/request.hpp"

namespace serf::fuzz {

std::optional<protocol::request> request_of(input& in);  // none: ready()
protocol::request request_with_records_of(input& in);

}  // namespace serf::fuzz
