#include "delivery/ready_descriptor.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace serf::delivery {

ready_descriptor::~ready_descriptor() { close(); }

void ready_descriptor::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

int ready_descriptor::get(bool readable) noexcept {
  if (fd_ < 0) {
    fd_ = ::eventfd(readable ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK);
    readable_ = readable;
  }
  return fd_;
}

void ready_descriptor::set(bool readable) noexcept {
  if (fd_ < 0 || readable == readable_) return;
  readable_ = readable;
  // The counter is 0 or 1: neither call can fail, but for a descriptor that the user has closed.
  std::uint64_t one = 1;
  [[maybe_unused]] const auto bytes =
      readable ? ::write(fd_, &one, sizeof one) : ::read(fd_, &one, sizeof one);
}

}  // namespace serf::delivery
