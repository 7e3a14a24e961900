#include "protocol/foreign_peer.hpp"

#include <cstddef>

#include "vocabulary/printable.hpp"

namespace serf::protocol {
namespace {

constexpr std::size_t shown = 24;

const char* kind_of(std::string_view bytes) {
  if (bytes.substr(0, 5) == "HTTP/") return "an HTTP server, not a Serf agent";
  // An alert or a handshake record; a server that expects TLS sends the former.
  if (bytes.substr(0, 2) == "\x15\x03" || bytes.substr(0, 2) == "\x16\x03") {
    return "a TLS server, not a Serf agent (Serf's RPC has no TLS)";
  }
  return "not a Serf agent";
}

}  // namespace

std::string foreign_peer(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto first = static_cast<unsigned char>(bytes.empty() ? '\0' : bytes[0]);
  std::string text = "starts with 0x";
  text += digits[first >> 4U];
  text += digits[first & 0xfU];
  text += " (" + in_quotes(bytes.substr(0, shown)) + (bytes.size() > shown ? "...): " : "): ");
  return text + kind_of(bytes);
}

}  // namespace serf::protocol
