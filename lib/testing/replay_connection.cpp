#include "testing/replay_connection.hpp"

namespace serf::testing {

using ending = recorded_connection::ending;

replay_connection::replay_connection(int descriptor, const recorded_connection& recorded,
                                     replay_pace pace)
    : recorded_(recorded), pace_(pace), wire_(descriptor), comparison_(recorded) {}

std::optional<std::string> replay_connection::proceed(const std::string& file) {
  if (wire_.ended()) return std::nullopt;
  wire_.read();
  const bool is_same = comparison_.take(wire_.unread());
  wire_.consume(wire_.unread().size());
  const std::string who = "connection " + std::to_string(recorded_.number) + ": ";
  if (!is_same) return who + comparison_.difference(file);
  say_what_is_due();
  const bool closed_by_client = wire_.at_end() || wire_.ended();
  if (!closed_by_client || ended_as_recorded_) return std::nullopt;
  wire_.end_now(fake_end::close);
  if (comparison_.is_complete()) return std::nullopt;
  return who + "the client closed it before it sent " + comparison_.awaited();
}

// Each piece with a call of its own: what the socket does not take at once waits for it alone.
void replay_connection::say_what_is_due() {
  wire_.write(nullptr);
  while (!wire_.unsent() && !wire_.ended() && next_ < recorded_.pieces.size()) {
    const recorded_piece& piece = recorded_.pieces[next_];
    if (!is_its_turn(piece.after, piece.gap)) return;
    wire_.send(piece.bytes);
    wire_.write(nullptr);
    ++next_;
  }
  if (wire_.unsent() || wire_.ended() || !has_end_to_come()) return;
  if (!is_its_turn(recorded_.end_after, recorded_.end_gap)) return;
  ended_as_recorded_ = true;
  wire_.end_now(recorded_.end == ending::lost ? fake_end::reset : fake_end::close);
}

bool replay_connection::is_its_turn(std::size_t after, std::chrono::microseconds gap) {
  due_ = clock::time_point::max();
  if (comparison_.position() < after) return false;
  if (pace_ == replay_pace::as_recorded) {
    const auto now = clock::now();
    if (!turn_) turn_ = now;
    if (now < *turn_ + gap) {
      due_ = *turn_ + gap;
      return false;
    }
  }
  turn_.reset();
  return true;
}

bool replay_connection::has_end_to_come() const {
  return (recorded_.end == ending::by_agent || recorded_.end == ending::lost) &&
         !ended_as_recorded_;
}

std::string replay_connection::outstanding() const {
  const std::string who = "connection " + std::to_string(recorded_.number);
  if (!comparison_.is_complete()) return who + " waits for " + comparison_.awaited();
  if (next_ < recorded_.pieces.size() || wire_.unsent()) {
    return who + (wire_.ended() ? " has ended before all was sent that was received then"
                                : " has more to send");
  }
  return has_end_to_come() && !wire_.ended() ? who + " is to be closed" : "";
}

}  // namespace serf::testing
