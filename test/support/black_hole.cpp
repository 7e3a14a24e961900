#include "support/black_hole.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "support/loopback.hpp"

namespace serf::testing {
namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

}  // namespace

struct black_hole::sockets {
  ~sockets() {
    for (const int each : all) ::close(each);
  }
  int add(int flags) {
    all.push_back(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket"));
    return all.back();
  }
  std::vector<int> all;
};

black_hole::black_hole() : sockets_(std::make_unique<sockets>()) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  const auto host = loopback_address();
  ::inet_pton(AF_INET, host.c_str(), &at.sin_addr);
  auto* const generic = reinterpret_cast<sockaddr*>(&at);
  socklen_t size = sizeof at;

  const int listener = sockets_->add(0);
  checked(::bind(listener, generic, size), "bind");
  checked(::listen(listener, 0), "listen");
  checked(::getsockname(listener, generic, &size), "getsockname");
  address_ = host + ":" + std::to_string(ntohs(at.sin_port));

  // Those that connect fill the queue; the first that does not shows that it is full.
  for (int i = 0; i < 64; ++i) {
    const int filler = sockets_->add(SOCK_NONBLOCK);
    if (::connect(filler, generic, size) == 0) continue;
    pollfd watched{filler, POLLOUT, 0};
    if (::poll(&watched, 1, 100) == 0) return;
  }
  throw std::runtime_error("the queue of " + address_ + " does not fill");
}

black_hole::~black_hole() = default;

}  // namespace serf::testing
