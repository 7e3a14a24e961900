#pragma once

#include <string>
#include <string_view>

namespace serf::protocol {

// The address that these bytes are, as the agent prints it: "127.0.0.1" for 4 bytes and for 16 that
// map them, "2001:db8::1" for other 16, "" for none, "?0a0b" for a length that no address has.
std::string address_text(std::string_view bytes);

}  // namespace serf::protocol
