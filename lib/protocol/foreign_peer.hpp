#pragma once

#include <string>
#include <string_view>

namespace serf::protocol {

// What a peer is that begins an answer with these bytes, none of which an agent sends: "starts with
// 0x48
// ("HTTP/1.1 400 Bad Request"): an HTTP server, not a Serf agent".
std::string foreign_peer(std::string_view bytes);

}  // namespace serf::protocol
