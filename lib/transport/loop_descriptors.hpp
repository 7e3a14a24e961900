// The descriptors behind an io_context: its own and those of its sockets.
#pragma once

#include <sys/types.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace serf::transport {

// Asio does not say which descriptors it has, the kernel does: /proc lists what each epoll watches.
// One of a kind among them, a socket that nothing ever comes to, tells this loop's from others.
class loop_descriptors {
 public:
  // Throws std::system_error when there is no descriptor left.
  explicit loop_descriptors(asio::io_context& io);

  // In a forked child only: closes them there, and nothing else is done to them, so that the
  // connections go on in the parent. Asio must not be called afterwards. Does nothing where the
  // child has closed the mark already, and with it most likely all, or where /proc is not mounted.
  void close_all() const noexcept;

 private:
  asio::posix::stream_descriptor mark_;
  const int number_;  // of the mark
  const ino_t identity_;
};

}  // namespace serf::transport
