#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace serf::protocol {

// Bytes as they come off a socket, in one piece, until they are consumed. Grows only when bytes
// that have come fill it, and shrinks back once a large message is through; what is moved to make
// room is at most what was consumed before, so that each byte is moved a bounded number of times.
class receive_buffer {
 public:
  struct space {
    char* data;
    std::size_t size;
  };

  receive_buffer();

  // Where the next bytes go. Invalidates pending().
  space prepare();
  void commit(std::size_t size) noexcept;

  std::string_view pending() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t size) noexcept { begin_ += size; }
  void clear() noexcept { begin_ = end_ = 0; }

  std::size_t capacity() const noexcept { return capacity_; }

 private:
  void move_to_new(std::size_t capacity);

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace serf::protocol
