#pragma once

#include <string>
#include <string_view>

#include "client/known_keys.hpp"
#include "protocol/text_runs.hpp"

namespace serf {

// One direction of one connection on its way into a recording: as it may be written, without keys.
// One thread at a time.
class redaction {
 public:
  explicit redaction(known_keys& keys) : keys_(keys) {}

  // The next piece, written out: see append_escaped(). What at its end may be the beginning of a
  // key is held back and stands at the beginning of the next one: it is part of a text that is not
  // complete, so nothing that either side says meanwhile depends on it.
  std::string write(std::string_view piece);

  // What was held back at the end of the connection. As far as it may be of a key, it is redacted.
  std::string finish();

 private:
  void take_text(std::string_view bytes, bool is_last, std::string& out);
  void take_key(std::string_view bytes, bool is_last, std::string& out);
  void append_key(std::string_view key, std::string& out);

  known_keys& keys_;
  protocol::text_runs runs_;
  std::string held_;  // of the text or key that goes on
};

// Printable ASCII as it stands, other bytes as \xhh, the backslash as \\.
void append_escaped(std::string_view bytes, std::string& out);

}  // namespace serf
