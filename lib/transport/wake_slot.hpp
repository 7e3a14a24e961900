// The memory of the one handler that is posted to wake a link, in the link itself.
#pragma once

#include <cstddef>
#include <new>

namespace serf::transport {

// Enough for Asio's operation around a shared_ptr; were it not, allocate() would fall back on the
// heap.
struct wake_slot {
  alignas(std::max_align_t) std::byte bytes[192];
};

// Hands out the slot. Right because there is never more than one: the next one is allocated only
// after the flag of the last one was cleared, which its handler does, and Asio frees a handler's
// memory before it calls the handler.
template <class T>
class wake_allocator {
 public:
  using value_type = T;

  explicit wake_allocator(wake_slot& slot) noexcept : slot_(&slot) {}
  template <class U>
  wake_allocator(const wake_allocator<U>& other) noexcept : slot_(other.slot_) {}

  T* allocate(std::size_t count) {
    void* const memory = fits(count) ? slot_->bytes : ::operator new(count * sizeof(T));
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    if (!fits(count)) ::operator delete(memory);
  }

  template <class U>
  bool operator==(const wake_allocator<U>& other) const noexcept {
    return slot_ == other.slot_;
  }
  template <class U>
  bool operator!=(const wake_allocator<U>& other) const noexcept {
    return slot_ != other.slot_;
  }

 private:
  template <class U>
  friend class wake_allocator;

  static constexpr bool fits(std::size_t count) noexcept {
    return alignof(T) <= alignof(wake_slot) && count <= sizeof(wake_slot) / sizeof(T);
  }

  wake_slot* slot_;
};

}  // namespace serf::transport
