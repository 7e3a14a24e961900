#pragma once

#include <memory>

#include <serf/error.hpp>

#include "client/endpoint.hpp"
#include "session/call.hpp"
#include "session/waiting_calls.hpp"

namespace serf {

// What the further connections of a client have to ask and tell its main one; on the I/O thread,
// unless said otherwise.
class main_line {
 public:
  virtual ~main_line() = default;
  // Any thread. Whether there is a connection: nothing goes out over a further one before. Also
  // tells an agent that is slow from one that is not there.
  virtual bool is_ready() const = 0;
  // The agent that it is with, or was last.
  virtual const endpoint& where() const = 0;
  // What to tell a call that waited for a connection in vain.
  virtual failure no_connection_for(const session::wish& what) = 0;
  // A leave is on its way, or was refused.
  virtual void expect_agent_to_leave(bool expected) = 0;
  // Completes `who` once the main connection has shown by an answer that it is alive, or is lost.
  virtual void ask_for_a_sign(session::time_point deadline, std::unique_ptr<session::call> who) = 0;
};

}  // namespace serf
