// Between agent_commands, which speak in public values, and what a fake agent puts on the wire.
#pragma once

#include <optional>

#include <serf/testing/agent_commands.hpp>

#include "testing/fake_body.hpp"
#include "testing/fake_reply.hpp"

namespace serf::testing {

// nullopt: as usual. Never throws; `header.command` is a known one.
std::optional<fake_reply> answered_by(agent_commands& commands, const fake_header& header,
                                      const fake_body& body);

}  // namespace serf::testing
