#include "scarce_memory.hpp"

#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

// Apart from the tests: where the compiler sees both, it takes them for a mismatched pair.
namespace {

constexpr long never = std::numeric_limits<long>::max();

char watched_name[16] = "";           // set while nothing fails
std::atomic<long> left_there{never};  // before one fails on the thread of that name
std::atomic<bool> none_there{false};
std::atomic<long> failures_there{0};
std::atomic<bool> has_failed{false};
thread_local long left_here = never;

bool is_watched() {
  char name[16] = "";
  ::pthread_getname_np(::pthread_self(), name, sizeof name);
  return std::strcmp(name, watched_name) == 0;
}

bool fails() {
  if (left_here != never && left_here-- == 0) {
    left_here = never;
    has_failed = true;
    return true;
  }
  if (none_there) {
    if (!is_watched()) return false;
    ++failures_there;
    return true;
  }
  if (left_there == never || !is_watched() || left_there-- != 0) return false;
  left_there = never;
  has_failed = true;
  return true;
}

void watch(const std::string& name) {
  std::strncpy(watched_name, name.c_str(), sizeof watched_name - 1);
}

}  // namespace

namespace serf::testing {

scarce_memory::scarce_memory(long nth) {
  has_failed = false;
  left_here = nth;
}

scarce_memory::scarce_memory(const std::string& thread_name, long nth) {
  watch(thread_name);
  has_failed = false;
  left_there = nth;
}

bool scarce_memory::end() noexcept {
  left_here = never;
  left_there = never;
  return has_failed;
}

no_memory::no_memory(const std::string& thread_name) {
  watch(thread_name);
  failures_there = 0;
  none_there = true;
}
no_memory::~no_memory() { none_there = false; }
long no_memory::failures() noexcept { return failures_there; }

}  // namespace serf::testing

#if defined(SERF_WITH_THREAD_SANITIZER)
// That sanitizer's own cannot be replaced. The linker has what calls it call this instead, but for
// what libstdc++.so itself allocates.
void* sanitizers_new(std::size_t size) __asm__("__real__Znwm");
void* wrapped_new(std::size_t size) __asm__("__wrap__Znwm");
void* wrapped_new(std::size_t size) {
  if (fails()) throw std::bad_alloc();
  return sanitizers_new(size);
}
#else
namespace {
void* allocate(std::size_t size) noexcept {
  return fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = allocate(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
#endif
