#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace serf::testing {
namespace {

using clock = std::chrono::steady_clock;

sockaddr_in endpoint(const std::string& address, int port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(static_cast<in_port_t>(port));
  if (::inet_pton(AF_INET, address.c_str(), &result.sin_addr) != 1) {
    throw std::invalid_argument("not an IPv4 address: " + address);
  }
  return result;
}

class socket_handle {
 public:
  explicit socket_handle(int type) : descriptor_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  }
  ~socket_handle() { ::close(descriptor_); }
  socket_handle(const socket_handle&) = delete;
  socket_handle& operator=(const socket_handle&) = delete;

  int get() const { return descriptor_; }

  bool bind(const std::string& address, int port) const {
    const sockaddr_in at = endpoint(address, port);
    return ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  }

  int port() const {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
  }

  bool ready(short events, clock::time_point deadline) const {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd watched{descriptor_, events, 0};
    return ::poll(&watched, 1, left < 0 ? 0 : static_cast<int>(left)) == 1;
  }

 private:
  int descriptor_;
};

}  // namespace

std::string loopback_address() {
  const auto id = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(128 + (id >> 16 & 0x7f)) + "." + std::to_string(id >> 8 & 0xff) +
         "." + std::to_string(id & 0xff);
}

int free_port(const std::string& address, int taken) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const socket_handle tcp(SOCK_STREAM);
    const socket_handle udp(SOCK_DGRAM);
    if (!tcp.bind(address, 0)) continue;
    const int port = tcp.port();
    if (port != taken && udp.bind(address, port)) return port;
  }
  throw std::runtime_error("no port is free for both TCP and UDP on " + address);
}

bool answers_handshake(const std::string& address, int port, std::chrono::milliseconds timeout) {
  // {"Command": "handshake", "Seq": 0} {"Version": 1}, answered by {"Error": "", "Seq": 0}
  constexpr std::string_view request(
      "\x82\xa7"
      "Command"
      "\xa9"
      "handshake"
      "\xa3"
      "Seq"
      "\x00"
      "\x81\xa7"
      "Version"
      "\x01",
      34);
  constexpr std::string_view reply(
      "\x82\xa5"
      "Error"
      "\xa0\xa3"
      "Seq"
      "\x00",
      13);

  const auto deadline = clock::now() + timeout;
  const sockaddr_in at = endpoint(address, port);
  const socket_handle tcp(SOCK_STREAM | SOCK_NONBLOCK);
  if (::connect(tcp.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 &&
      errno != EINPROGRESS) {
    return false;
  }
  if (!tcp.ready(POLLOUT, deadline)) return false;
  const auto sent = ::send(tcp.get(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request.size())) return false;

  std::string received;
  while (received.size() < reply.size() && tcp.ready(POLLIN, deadline)) {
    char buffer[64];
    const auto got = ::recv(tcp.get(), buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    received.append(buffer, static_cast<std::size_t>(got));
  }
  return received == reply;
}

}  // namespace serf::testing
