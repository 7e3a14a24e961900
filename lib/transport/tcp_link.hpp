// The link over a TCP socket and Asio.
#pragma once

#include <memory>

#include "transport/link.hpp"

namespace serf::transport {

class io_loop;

std::unique_ptr<link> make_tcp_link(std::shared_ptr<io_loop> loop, link_events& events);

}  // namespace serf::transport
