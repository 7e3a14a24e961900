#include "delivery/ready_descriptor.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>

namespace serf::delivery {

namespace {

// The kernel's number of an eventfd, "eventfd-id: 7". "": it is none, or nobody says. Numbers of
// those that are closed in every process are given again.
std::string identity_of(int fd) noexcept {
  try {
    std::ifstream lines("/proc/self/fdinfo/" + std::to_string(fd));
    for (std::string line; std::getline(lines, line);) {
      if (line.compare(0, 11, "eventfd-id:") == 0) return line;
    }
  } catch (...) {
    // No memory.
  }
  return {};
}

}  // namespace

ready_descriptor::~ready_descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void ready_descriptor::abandon() noexcept {
  if (fd_ >= 0 && !identity_.empty() && identity_of(fd_) == identity_) ::close(fd_);
  fd_ = -1;
}

int ready_descriptor::get(bool readable) noexcept {
  if (fd_ < 0) {
    fd_ = ::eventfd(readable ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK);
    readable_ = readable;
    if (fd_ >= 0) identity_ = identity_of(fd_);
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
