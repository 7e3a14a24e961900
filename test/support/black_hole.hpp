// An address that takes connections in and never answers: a listener whose queue is full, so that
// the kernel drops what would connect.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace serf::testing {

class black_hole {
 public:
  black_hole();  // std::system_error when it cannot be made
  ~black_hole();
  black_hole(const black_hole&) = delete;
  black_hole& operator=(const black_hole&) = delete;

  const std::string& address() const { return address_; }  // "127.x.y.z:1234"

 private:
  struct sockets;
  std::unique_ptr<sockets> sockets_;
  std::string address_;
};

}  // namespace serf::testing
