#pragma once

#include <string_view>

#include <serf/error.hpp>

namespace serf {

// The errors that every command may meet before the agent looks at it.
namespace gate {
constexpr std::string_view handshake_required = "Handshake required";
constexpr std::string_view authentication_required = "Authentication required";
constexpr std::string_view unsupported_command = "Unsupported command";
}  // namespace gate

// Whether this text means that the agent did not look at the request's body, and sends none itself.
bool is_gate_error(std::string_view text) noexcept;

// What the agent means by an error text; errc::agent_refused where it is not known. The texts are
// those of Serf 0.8 to 0.10.
errc classify_agent_error(std::string_view text) noexcept;

}  // namespace serf
