#pragma once

#include <string>

namespace serf::delivery {

// A descriptor that poll() finds readable or not, as it was last told. Made when it is first asked
// for; its owner's lock guards it.
class ready_descriptor {
 public:
  ready_descriptor() = default;
  ~ready_descriptor();
  ready_descriptor(const ready_descriptor&) = delete;
  ready_descriptor& operator=(const ready_descriptor&) = delete;

  // -1: the system gives none, errno says why.
  int get(bool readable) noexcept;
  // In a forked child: closes it there, unless the child has done so and its number is another's.
  void abandon() noexcept;
  // Costs a system call where that is a change and somebody has asked for the descriptor.
  void set(bool readable) noexcept;

 private:
  int fd_ = -1;
  std::string identity_;
  bool readable_ = false;
};

}  // namespace serf::delivery
