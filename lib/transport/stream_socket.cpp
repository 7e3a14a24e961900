#include "transport/stream_socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace serf::transport {

namespace {

std::error_code error_of(int number) noexcept { return {number, std::system_category()}; }

bool connected_to_itself(int socket) noexcept {
  sockaddr_storage local{};
  sockaddr_storage remote{};
  socklen_t local_size = sizeof local;
  socklen_t remote_size = sizeof remote;
  auto* const local_address = reinterpret_cast<sockaddr*>(&local);
  auto* const remote_address = reinterpret_cast<sockaddr*>(&remote);
  // Reset already, it has no peer: what the next read says of it is better than what we could.
  if (::getsockname(socket, local_address, &local_size) != 0) return false;
  if (::getpeername(socket, remote_address, &remote_size) != 0) return false;
  return socket_address(local_address, local_size) == socket_address(remote_address, remote_size);
}

}  // namespace

stream_socket::~stream_socket() {
  if (descriptor_ != -1) ::close(descriptor_);
}

stream_socket stream_socket::open(int family, std::error_code& error) noexcept {
  stream_socket made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (made.get() == -1) {
    error = error_of(errno);
    return made;
  }
  error.clear();
  // All of it only makes a good connection better: one that cannot have it is still one.
  const auto set = [&](int level, int name, int value) {
    ::setsockopt(made.get(), level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  // The kernel's defaults take two hours for a dead path. A silent peer is asked after 15 s, every
  // 5 s, 3 times; and what is sent must be acknowledged within 30 s.
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 15);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 30000);
  return made;
}

std::error_code begin_connect(int socket, const socket_address& address) noexcept {
  if (::connect(socket, address.data(), address.size()) == 0) return {};
  // Interrupted, it goes on by itself; asked again it would say that it is at it.
  return error_of(errno == EINTR ? EINPROGRESS : errno);
}

std::error_code connect_outcome(int socket) noexcept {
  int number = 0;
  socklen_t size = sizeof number;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size) != 0) return error_of(errno);
  if (number == 0 && connected_to_itself(socket)) number = ECONNREFUSED;
  return error_of(number);
}

send_result send_now(int socket, const char* data, std::size_t size) noexcept {
  for (;;) {
    const ssize_t sent = ::send(socket, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return {static_cast<std::size_t>(sent), {}};
    if (errno == EINTR) continue;
    return {0, errno == EAGAIN ? std::error_code() : error_of(errno)};
  }
}

receive_result receive_now(int socket, receive_space space) noexcept {
  for (;;) {
    const ssize_t received = ::recv(socket, space.data, space.size, MSG_DONTWAIT);
    if (received >= 0) return {static_cast<std::size_t>(received), {}};
    if (errno == EINTR) continue;
    return {0, errno == EAGAIN ? std::make_error_code(std::errc::operation_would_block)
                               : error_of(errno)};
  }
}

}  // namespace serf::transport
