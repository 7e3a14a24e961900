// The system calls on a TCP socket: non-blocking, EINTR retried, errno turned into a value.
#pragma once

#include <cstddef>
#include <system_error>
#include <utility>

#include "transport/link.hpp"
#include "transport/socket_address.hpp"

namespace serf::transport {

// Owns a descriptor.
class stream_socket {
 public:
  stream_socket() = default;
  explicit stream_socket(int descriptor) noexcept : descriptor_(descriptor) {}
  stream_socket(stream_socket&& other) noexcept : descriptor_(other.release()) {}
  stream_socket& operator=(stream_socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~stream_socket();

  // Non-blocking, not inherited over exec, small writes not delayed, dead peers found within 30 s.
  static stream_socket open(int family, std::error_code& error) noexcept;

  int get() const noexcept { return descriptor_; }
  int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_ = -1;
};

// operation_in_progress: wait until the socket is writable, then ask connect_outcome().
std::error_code begin_connect(int socket, const socket_address& address) noexcept;

// Success or why not. A connection to itself counts as refused: while nobody listens on a port of
// the ephemeral range, the kernel may choose that very port as the local one, and TCP then connects
// the socket to itself.
std::error_code connect_outcome(int socket) noexcept;

send_result send_now(int socket, const char* data, std::size_t size) noexcept;

struct receive_result {
  std::size_t received = 0;  // 0 without an error: the end of the stream
  std::error_code error;     // operation_would_block: nothing there yet
};
receive_result receive_now(int socket, receive_space space) noexcept;

}  // namespace serf::transport
