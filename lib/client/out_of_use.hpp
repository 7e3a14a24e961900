#pragma once

#include <memory>
#include <optional>

#include <serf/error.hpp>

namespace serf {

class client_core;

// Why a client takes no call at all: it was moved from, or this process is a forked child of the
// one that it lives in. None: it does. Takes no lock; asked before anything that does.
std::optional<failure> out_of_use(const std::shared_ptr<client_core>& core, const char* command);

}  // namespace serf
