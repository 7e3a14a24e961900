#pragma once

#include <utility>

namespace serf::delivery {

// A descriptor that poll() finds readable or not, as it was last told. Its owner's lock guards it;
// making and destroying one, which ask the kernel for more than a moment, need none.
class ready_descriptor {
 public:
  ready_descriptor() = default;  // none
  // Not readable. is_made() says no where the system gives none; errno says why.
  static ready_descriptor make() noexcept;
  ~ready_descriptor();
  ready_descriptor(ready_descriptor&& other) noexcept { swap(other); }
  ready_descriptor& operator=(ready_descriptor&& other) noexcept { return swap(other), *this; }

  bool is_made() const noexcept { return fd_ >= 0; }
  int number() const noexcept { return fd_; }  // -1: none
  // In a forked child: closes it there, unless the child has done so and its number is another's.
  void abandon() noexcept;
  // Costs a system call where that is a change. Nothing where there is none.
  void set(bool readable) noexcept;

 private:
  void swap(ready_descriptor& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(identity_, other.identity_);
    std::swap(readable_, other.readable_);
  }

  int fd_ = -1;
  long identity_ = -1;
  bool readable_ = false;
};

}  // namespace serf::delivery
