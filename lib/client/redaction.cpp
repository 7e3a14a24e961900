#include "client/redaction.hpp"

#include <cstddef>

namespace serf {

using kind = protocol::text_run::kind;

std::string redaction::write(std::string_view piece) {
  std::string out;
  while (!piece.empty()) {
    const auto run = runs_.next(piece);
    const auto bytes = piece.substr(0, run.size);
    piece.remove_prefix(run.size);
    switch (run.what) {
      case kind::structure:
        append_escaped(bytes, out);
        break;
      case kind::text:
        take_text(bytes, run.is_last, out);
        break;
      case kind::key:
        take_key(bytes, run.is_last, out);
        break;
    }
  }
  return out;
}

void redaction::take_text(std::string_view bytes, bool is_last, std::string& out) {
  std::string joined;
  if (!held_.empty()) {
    joined.swap(held_);
    bytes = joined.append(bytes);
  }
  for (;;) {
    const auto [at, size] = keys_.find_in(bytes, !is_last);
    append_escaped(bytes.substr(0, at), out);
    if (size == 0) {
      held_ = bytes.substr(at);
      return;
    }
    append_key(bytes.substr(at, size), out);
    bytes.remove_prefix(at + size);
  }
}

// A whole key is needed to tell whether it is one that is known, and it is short; but one that a
// hostile agent makes up may be of any length.
void redaction::take_key(std::string_view bytes, bool is_last, std::string& out) {
  constexpr std::size_t longest = 4096;
  held_.append(bytes);
  if (!is_last && held_.size() < longest) return;
  append_key(held_, out);
  held_.clear();
}

std::string redaction::finish() {
  if (held_.empty()) return {};
  std::string out = "\\{" + std::string(held_.size(), '.') + "\\}";
  held_.clear();
  return out;
}

void redaction::append_key(std::string_view key, std::string& out) {
  out += "\\{";
  out += keys_.stand_in(key);
  out += "\\}";
}

void append_escaped(std::string_view bytes, std::string& out) {
  constexpr char digits[] = "0123456789abcdef";
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    if (each == '\\') {
      out += "\\\\";
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += each;
    } else {
      out += "\\x";
      out += digits[byte >> 4U];
      out += digits[byte & 0xfU];
    }
  }
}

}  // namespace serf
