// One connection of a replayed session. Belongs to the thread of its server, or to who holds its
// lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <serf/testing/replay.hpp>

#include "testing/fake_wire.hpp"
#include "testing/recorded_session.hpp"
#include "testing/replay_comparison.hpp"

namespace serf::testing {

class replay_connection {
 public:
  using clock = fake_wire::clock;

  replay_connection(int descriptor, const recorded_connection& recorded, replay_pace pace);

  int descriptor() const { return wire_.descriptor(); }  // -1 when it has ended
  bool wants_to_write() const { return wire_.unsent(); }
  // When it has something to do without the client; max(): never.
  clock::time_point due() const { return due_; }

  // Reads what has come and says what is due. What the client did otherwise than recorded, if it
  // did.
  std::optional<std::string> proceed(const std::string& file);
  void end() { wire_.end_now(fake_end::close); }

  // What is still to come; "" when all has been said.
  std::string outstanding() const;

 private:
  void say_what_is_due();
  bool is_its_turn(std::size_t after, std::chrono::microseconds gap);
  bool has_end_to_come() const;

  const recorded_connection& recorded_;
  const replay_pace pace_;
  fake_wire wire_;
  replay_comparison comparison_;
  std::size_t next_ = 0;  // of the recorded pieces
  clock::time_point due_ = clock::time_point::max();
  std::optional<clock::time_point> turn_;  // when the next one could have been sent at once
  bool ended_as_recorded_ = false;
};

}  // namespace serf::testing
