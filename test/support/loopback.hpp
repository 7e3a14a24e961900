// Loopback addresses and ports for processes started by tests.
#pragma once

#include <chrono>
#include <string>

namespace serf::testing {

// An address in 127.128.0.0/9 that follows from the process id: test processes that run side by
// side do not meet.
std::string loopback_address();

// A port that was free a moment ago, for TCP and UDP alike. `taken` is another one it must differ
// from.
int free_port(const std::string& address, int taken = 0);

// Whether a Serf agent completes the RPC handshake there. Never longer than `timeout`.
bool answers_handshake(const std::string& address, int port, std::chrono::milliseconds timeout);

}  // namespace serf::testing
