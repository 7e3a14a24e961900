#include "testing/fake_listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace serf::testing {
namespace {

constexpr int backlog = 128;

[[noreturn]] void fail(const std::string& what, const std::string& host, int port) {
  throw std::system_error(errno, std::generic_category(),
                          "fake agent: " + what + " " + host + " port " + std::to_string(port));
}

socklen_t parse(const std::string& host, int port, sockaddr_storage& into) {
  sockaddr_in four{};
  sockaddr_in6 six{};
  if (::inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(static_cast<in_port_t>(port));
    std::memcpy(&into, &four, sizeof four);
    return sizeof four;
  }
  if (::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(static_cast<in_port_t>(port));
    std::memcpy(&into, &six, sizeof six);
    return sizeof six;
  }
  throw std::invalid_argument("fake agent: not an IP address: " + host);
}

}  // namespace

fake_listener::fake_listener(std::string host, int port) : host_(std::move(host)), port_(port) {
  size_ = parse(host_, port_, address_);
  descriptor_ = bind(false);
  share_port(descriptor_);
  socklen_t size = sizeof address_;
  ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address_), &size);
  in_port_t bound = 0;  // at the same place for both families
  std::memcpy(&bound, reinterpret_cast<const char*>(&address_) + offsetof(sockaddr_in, sin_port),
              sizeof bound);
  port_ = ntohs(bound);
  try {
    listen();
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

fake_listener::~fake_listener() { ::close(descriptor_); }

// Two sockets may share a port only where both say so. Said after the first is bound: another fake
// agent's port is taken, too.
void fake_listener::share_port(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
}

int fake_listener::bind(bool beside_our_own) const {
  const int result = ::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (result < 0) fail("no socket for", host_, port_);
  const int on = 1;
  ::setsockopt(result, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (beside_our_own) share_port(result);
  if (::bind(result, reinterpret_cast<const sockaddr*>(&address_), size_) != 0) {
    const int error = errno;
    ::close(result);
    errno = error;
    fail("cannot bind", host_, port_);
  }
  return result;
}

void fake_listener::listen() {
  if (listening_) return;
  if (::listen(descriptor_, backlog) != 0) fail("cannot listen on", host_, port_);
  listening_ = true;
}

void fake_listener::refuse() {
  if (!listening_) return;
  const int silent = bind(true);  // before the other one goes
  ::close(descriptor_);
  descriptor_ = silent;
  listening_ = false;
}

int fake_listener::accept() {
  if (!listening_) return -1;
  int result = -1;
  do {
    result = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  } while (result < 0 && (errno == EINTR || errno == ECONNABORTED));
  return result;
}

std::string peer_of(int descriptor) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  char host[INET6_ADDRSTRLEN] = "";
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return "";
  in_port_t port = 0;
  std::memcpy(&port, reinterpret_cast<const char*>(&peer) + offsetof(sockaddr_in, sin_port),
              sizeof port);
  const bool six = peer.ss_family == AF_INET6;
  const auto offset = six ? offsetof(sockaddr_in6, sin6_addr) : offsetof(sockaddr_in, sin_addr);
  ::inet_ntop(peer.ss_family, reinterpret_cast<const char*>(&peer) + offset, host, sizeof host);
  return (six ? "[" + std::string(host) + "]" : host) + ":" + std::to_string(ntohs(port));
}

}  // namespace serf::testing
