#include "protocol/receive_buffer.hpp"

#include <cassert>
#include <cstring>
#include <utility>

namespace serf::protocol {
namespace {

constexpr std::size_t usual_capacity = std::size_t{64} << 10U;
constexpr std::size_t kept_capacity = std::size_t{256} << 10U;  // not worth giving back
constexpr std::size_t least_space = usual_capacity / 2;         // or reads become small

}  // namespace

// new char[], not make_unique: pages that no byte has come for stay untouched.
receive_buffer::receive_buffer() : bytes_(new char[usual_capacity]), capacity_(usual_capacity) {}

receive_buffer::space receive_buffer::prepare() {
  const std::size_t rest = end_ - begin_;
  if (rest == 0) clear();
  if (capacity_ > kept_capacity && rest <= usual_capacity - least_space) {
    move_to_new(usual_capacity);
  } else if (capacity_ - end_ < least_space) {
    if (rest <= begin_) {
      std::memcpy(bytes_.get(), bytes_.get() + begin_, rest);
      begin_ = 0;
      end_ = rest;
    } else {
      move_to_new(2 * capacity_);
    }
  }
  return {bytes_.get() + end_, capacity_ - end_};
}

void receive_buffer::commit(std::size_t size) noexcept {
  assert(size <= capacity_ - end_);
  end_ += size;
}

void receive_buffer::move_to_new(std::size_t capacity) {
  std::unique_ptr<char[]> bytes(new char[capacity]);
  const std::size_t rest = end_ - begin_;
  std::memcpy(bytes.get(), bytes_.get() + begin_, rest);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
  begin_ = 0;
  end_ = rest;
}

}  // namespace serf::protocol
