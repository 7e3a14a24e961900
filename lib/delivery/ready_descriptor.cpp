#include "delivery/ready_descriptor.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace serf::delivery {

namespace {

// The kernel's number of an eventfd, of its line "eventfd-id: 7". -1: it is none, or nobody says.
// Numbers of those that are closed in every process are given again.
long identity_of(int fd) noexcept {
  char path[40];
  std::snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
  const int lines = ::open(path, O_RDONLY | O_CLOEXEC);
  if (lines < 0) return -1;
  char text[512];
  const auto size = ::read(lines, text, sizeof text - 1);
  ::close(lines);
  text[size > 0 ? size : 0] = '\0';
  constexpr char before[] = "eventfd-id:";
  const char* const at = std::strstr(text, before);
  return at != nullptr ? std::strtol(at + sizeof before - 1, nullptr, 10) : -1;
}

}  // namespace

ready_descriptor::~ready_descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void ready_descriptor::abandon() noexcept {
  if (fd_ >= 0 && identity_ >= 0 && identity_of(fd_) == identity_) ::close(fd_);
  fd_ = -1;
}

ready_descriptor ready_descriptor::make() noexcept {
  ready_descriptor made;
  made.fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (made.is_made()) made.identity_ = identity_of(made.fd_);
  return made;
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
