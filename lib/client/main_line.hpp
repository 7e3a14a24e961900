#pragma once

#include <cstdint>
#include <memory>

#include <serf/error.hpp>

#include "client/endpoint.hpp"
#include "session/call.hpp"
#include "session/waiting_calls.hpp"

namespace serf {

// An agent that the main connection was with: which one, and on which of the connections that there
// were, one after the other.
struct main_agent {
  endpoint where;            // by its address: the name that led there may lead elsewhere, too
  std::uint64_t losses = 0;  // of main connections before
};

// What the further connections of a client have to ask and tell its main one; on the I/O thread,
// unless said otherwise.
class main_line {
 public:
  virtual ~main_line() = default;
  // Any thread. Whether there is a connection: nothing goes out over a further one before. Also
  // tells an agent that is slow from one that is not there.
  virtual bool is_ready() const = 0;
  // The agent that it is with, or was last.
  virtual const main_agent& agent() const = 0;
  // Any thread. What to tell a call that waited for a connection in vain.
  virtual failure no_connection_for(const session::wish& what) = 0;
  // A leave is on its way to this agent, or was refused; if it has not left by `until`, it does
  // not. Nothing, where another connection has taken the place of that one.
  virtual void expect_agent_to_leave(const main_agent& whom, bool expected,
                                     session::time_point until = session::time_point::max()) = 0;
  // Completes `who` once the main connection to this agent has shown by an answer that it is alive,
  // or is lost.
  virtual void ask_for_a_sign(const main_agent& of, session::time_point deadline,
                              std::unique_ptr<session::call> who) = 0;
};

}  // namespace serf
