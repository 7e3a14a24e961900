// The other end of a link in these tests: plain sockets, used by the test's own thread.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "transport/socket_address.hpp"
#include "transport/stream_socket.hpp"

namespace serf::transport::testing {

inline int checked(int result, const char* what) {
  if (result == -1) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

inline bool poll_for(int descriptor, short events, std::chrono::milliseconds timeout) {
  pollfd entry{descriptor, events, 0};
  return ::poll(&entry, 1, static_cast<int>(timeout.count())) == 1;
}

// A connection as the agent's side has it; blocking.
class peer {
 public:
  explicit peer(int descriptor) : socket_(descriptor) {}

  int get() const { return socket_.get(); }

  void send(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      sent += static_cast<std::size_t>(checked(
          static_cast<int>(::send(get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL)),
          "send"));
    }
  }

  // At most `size` bytes; fewer when the end comes first.
  std::string receive(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t received = 0;
    while (received < size) {
      if (!poll_for(get(), POLLIN, std::chrono::seconds(20))) throw std::runtime_error("no bytes");
      const ssize_t part = ::recv(get(), &bytes[received], size - received, 0);
      if (part <= 0) break;
      received += static_cast<std::size_t>(part);
    }
    bytes.resize(received);
    return bytes;
  }

  bool at_end() {
    char byte = 0;
    return poll_for(get(), POLLIN, std::chrono::seconds(20)) && ::recv(get(), &byte, 1, 0) == 0;
  }

  void close() { socket_ = stream_socket(); }

  // Ends with RST instead of FIN.
  void reset() {
    const linger at_once{1, 0};
    checked(::setsockopt(get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "SO_LINGER");
    close();
  }

 private:
  stream_socket socket_;
};

inline stream_socket bound_socket(const socket_address& address) {
  stream_socket made(checked(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  checked(::bind(made.get(), address.data(), address.size()), "bind");
  return made;
}

inline std::uint16_t port_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size), "getsockname");
  // Both families have the port in the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

class listener {
 public:
  explicit listener(const std::string& host = "127.0.0.1", std::uint16_t port = 0, int backlog = 64)
      : host_(host), socket_(bound_socket(*socket_address::numeric(host, port))) {
    checked(::listen(socket_.get(), backlog), "listen");
  }

  std::uint16_t port() const { return port_of(socket_.get()); }

  link_target target(std::chrono::nanoseconds timeout = std::chrono::seconds(20)) const {
    return {host_, port(), timeout};
  }

  peer accept() {
    if (!poll_for(socket_.get(), POLLIN, std::chrono::seconds(20))) {
      throw std::runtime_error("nobody connects");
    }
    return peer(checked(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
  }

  bool somebody_waits() const {
    return poll_for(socket_.get(), POLLIN, std::chrono::milliseconds(0));
  }

  void set_receive_buffer(int bytes) {
    checked(::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes), "SO_RCVBUF");
  }

 private:
  std::string host_;
  stream_socket socket_;
};

// A port where nobody listens, and nobody will as long as this exists: it is bound.
class closed_port {
 public:
  explicit closed_port(const std::string& host = "127.0.0.1", std::uint16_t port = 0)
      : socket_(bound_socket(*socket_address::numeric(host, port))), host_(host) {}

  std::uint16_t port() const { return port_of(socket_.get()); }
  link_target target() const { return {host_, port(), std::chrono::seconds(20)}; }

 private:
  stream_socket socket_;
  std::string host_;
};

// Swallows connection attempts: its queue of connections that wait to be accepted is full, and the
// kernel drops what comes after.
class black_hole {
 public:
  explicit black_hole(const std::string& host = "127.0.0.1", std::uint16_t port = 0)
      : listener_(host, port, 0) {
    const socket_address address = *socket_address::numeric(host, listener_.port());
    for (int i = 0; i < 4; ++i) {
      std::error_code error;
      fillers_.push_back(stream_socket::open(address.family(), error));
      begin_connect(fillers_.back().get(), address);
    }
    poll_for(fillers_.front().get(), POLLOUT, std::chrono::seconds(20));
  }
  std::uint16_t port() const { return listener_.port(); }
  link_target target(std::chrono::nanoseconds timeout) const { return listener_.target(timeout); }

 private:
  listener listener_;
  std::vector<stream_socket> fillers_;
};

// Two ends on one port of different addresses; another process may have the port on the second.
template <class First, class Second>
std::pair<First, Second> on_one_port(const std::string& first_host,
                                     const std::string& second_host) {
  for (int attempts_left = 20;; --attempts_left) {
    First first(first_host);
    try {
      Second second(second_host, first.port());
      return {std::move(first), std::move(second)};
    } catch (const std::system_error&) {
      if (attempts_left == 0) throw;
    }
  }
}

}  // namespace serf::transport::testing
