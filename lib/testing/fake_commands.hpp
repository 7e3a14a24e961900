// What each command does on a fake agent when nothing overrides it.
#pragma once

#include <chrono>

#include "testing/fake_body.hpp"
#include "testing/fake_reply.hpp"
#include "testing/fake_state.hpp"

namespace serf::testing {

// `header.command` is a known one.
fake_reply run_command(fake_state& state, fake_connection& connection, const fake_header& header,
                       const fake_body& body);

// Those of fake_stream_commands.cpp.
// When a query is over; timeout 0: the agent chooses.
fake_time query_deadline(const fake_state& state, std::chrono::nanoseconds timeout);

fake_reply run_stream(fake_connection& connection, const fake_header& header,
                      const fake_body& body);
fake_reply run_monitor(fake_state& state, fake_connection& connection, const fake_header& header,
                       const fake_body& body);
fake_reply run_stop(fake_connection& connection, const fake_body& body);
fake_reply run_query(fake_state& state, fake_connection& connection, const fake_header& header,
                     const fake_body& body);
fake_reply run_respond(fake_state& state, fake_connection& connection, const fake_body& body);

// The body that agents send with an error of this command, if any.
std::optional<fake_value> body_with_error(const std::string& command);

}  // namespace serf::testing
