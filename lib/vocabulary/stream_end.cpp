#include <serf/stream_end.hpp>

#include <ostream>

namespace serf {

std::string to_string(stream_state value) {
  switch (value) {
    case stream_state::open:
      return "open";
    case stream_state::closed:
      return "closed";
    case stream_state::done:
      return "done";
    case stream_state::lost:
      return "lost";
    case stream_state::overflow:
      return "overflow";
    case stream_state::rejected:
      return "rejected";
  }
  return "";
}

std::string to_string(const stream_end& value) {
  return to_string(value.state) + (value.failure ? ": " + value.failure->message : "");
}

std::ostream& operator<<(std::ostream& out, stream_state v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const stream_end& v) { return out << to_string(v); }

}  // namespace serf
