#include "allocations.hpp"

#include <cstdlib>
#include <new>

// Apart from the tests: where the compiler sees both, it takes them for a mismatched pair.
namespace {
thread_local int count = 0;
}

int serf::transport::testing::allocations() { return count; }

void* operator new(std::size_t size) {
  ++count;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
