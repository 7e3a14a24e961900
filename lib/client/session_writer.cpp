#include "client/session_writer.hpp"

#include <cinttypes>
#include <cstdio>

#include <serf/version.hpp>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

std::string time_of(std::chrono::nanoseconds at) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(at).count();
  char text[32];
  std::snprintf(text, sizeof text, "%" PRId64 ".%06" PRId64, std::int64_t{microseconds / 1000000},
                std::int64_t{microseconds % 1000000});
  return text;
}

// A piece of which all is held back has no line.
std::string line(const session_note& note, const char* what, const std::string& text) {
  std::string made = time_of(note.at) + ' ' + std::to_string(note.connection) + ' ' + what;
  if (!text.empty()) made += ' ' + text;
  return made += '\n';
}

}  // namespace

session_writer::session_writer(const std::string& auth_key) {
  if (!auth_key.empty()) keys_.add_own(auth_key);
}

std::string session_writer::begin() const {
  return "serf-session 1\n# recorded by serfclient " + std::string(version()) + "\n";
}

std::string session_writer::end(std::chrono::nanoseconds at) const {
  return time_of(at) + " end\n";
}

session_writer::connection& session_writer::at(std::uint64_t number) {
  return open_.try_emplace(number, keys_).first->second;
}

std::string session_writer::line_of(const session_note& note) {
  using kind = session_note::kind;
  switch (note.what) {
    case kind::unreachable:
      return line(note, "unreachable", printable_line(note.text));
    case kind::opened:
      return line(note, "open", printable_line(note.text));
    case kind::sent: {
      const auto text = at(note.connection).sent.write(note.text);
      return text.empty() ? text : line(note, ">", text);
    }
    case kind::received: {
      const auto text = at(note.connection).received.write(note.text);
      return text.empty() ? text : line(note, "<", text);
    }
    case kind::closed_by_agent:
    case kind::closed_by_client:
    case kind::lost:
      break;
  }
  std::string made;
  connection& ended = at(note.connection);
  if (const auto rest = ended.sent.finish(); !rest.empty()) made += line(note, ">", rest);
  if (const auto rest = ended.received.finish(); !rest.empty()) made += line(note, "<", rest);
  open_.erase(note.connection);
  if (note.what == kind::lost) return made += line(note, "lost", printable_line(note.text));
  return made += line(note, "close", note.what == kind::closed_by_agent ? "agent" : "client");
}

}  // namespace serf
