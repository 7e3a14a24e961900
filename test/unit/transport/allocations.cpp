#include "allocations.hpp"

#include <cstdlib>
#include <new>

// Apart from the tests: where the compiler sees both, it takes them for a mismatched pair.
namespace {
thread_local int count = 0;
}

int serf::transport::testing::allocations() { return count; }

#if defined(SERF_WITH_THREAD_SANITIZER)
// That sanitizer's own cannot be replaced. The linker has what calls it call this instead, but for
// what libstdc++.so itself allocates.
void* sanitizers_new(std::size_t size) __asm__("__real__Znwm");
void* wrapped_new(std::size_t size) __asm__("__wrap__Znwm");
void* wrapped_new(std::size_t size) {
  ++count;
  return sanitizers_new(size);
}
#else
void* operator new(std::size_t size) {
  ++count;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
