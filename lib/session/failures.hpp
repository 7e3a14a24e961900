#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <serf/error.hpp>

#include "protocol/command.hpp"

namespace serf::session {

// The texts of all that can go wrong with a call: what was attempted, on which agent, what to do.
// `agent` is "127.0.0.1:7373".

failure refused_by_agent(protocol::command command, std::string_view text,
                         const std::string& agent);
failure not_answered(protocol::command command, std::chrono::nanoseconds timeout,
                     const std::string& agent);
// In time there was no connection to send on; `reason` is what the last attempt says.
failure not_connected(std::string_view what, std::chrono::nanoseconds timeout,
                      const std::string& agent, const failure& reason);
// No time was given for it.
failure no_time(std::string_view what, const std::string& agent);
// In time it was not sent: the connection was busy with another request.
failure not_its_turn(protocol::command command, std::chrono::nanoseconds timeout,
                     const std::string& agent);
// The agent hung up on it without a word; `meaning` is what that most likely means.
failure hung_up_on(failure lost, const std::string& meaning, const std::string& agent);
failure handshake_not_answered(std::chrono::nanoseconds timeout, const std::string& agent);
// Nothing came for so long, not even the answer to what was asked to find that out.
failure went_silent(std::chrono::nanoseconds silence, const std::string& agent);
failure overloaded(std::string_view what, std::string_view limit, const std::string& agent);
// `flaw` is read behind the agent's name: "sent a header without Seq".
failure protocol_broken(errc code, std::string_view flaw, const std::string& agent);

// What ended the connection, told to a call on it.
failure for_call(const failure& ending, std::string_view what, sent whether_sent) noexcept;
// The call could not be sent for want of memory. Both have a shorter text where there is none for
// it.
failure no_memory(std::string_view what, const std::string& agent) noexcept;

}  // namespace serf::session
