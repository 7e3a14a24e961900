#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/shape.hpp"

namespace serf::protocol {

// Reads a body of this shape, by its keys: in any order, the last of equal ones counts, unknown
// ones are skipped. nil is the empty value of whatever it stands for.
//
// What is wrong with it, if anything is: "members: Port is a map, not a number". The target is then
// half filled. View shapes point into the body. Where `given_up` is set meanwhile, that is wrong,
// too.
std::optional<std::string> read_shape(std::string_view body, const char* what, const shape& is,
                                      void* target, const std::atomic<bool>* given_up = nullptr);

template <class T>
std::optional<std::string> read_shape(std::string_view body, const char* what, const shape& is,
                                      T& target, const std::atomic<bool>* given_up = nullptr) {
  return read_shape(body, what, is, static_cast<void*>(&target), given_up);
}

}  // namespace serf::protocol
