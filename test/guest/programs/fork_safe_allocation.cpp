// For a program that forks while other threads allocate. The address sanitizer's allocator does not
// prepare for a fork, as that of libc does: a child may wait for ever for a lock that a thread held
// which it does not have. So there nobody allocates while a fork is under way.
#if defined(SERF_WITH_ADDRESS_SANITIZER)
#include <pthread.h>

#include <cstdlib>
#include <mutex>
#include <new>
#include <shared_mutex>

namespace {

std::shared_mutex forking;  // shared by those who allocate

// In the child it is made anew: those who waited for it are not there.
[[maybe_unused]] const int prepared = ::pthread_atfork(
    [] { forking.lock(); }, [] { forking.unlock(); }, [] { new (&forking) std::shared_mutex; });

}  // namespace

void* operator new(std::size_t size) {
  const std::shared_lock<std::shared_mutex> no_fork(forking);
  void* const made = std::malloc(size > 0 ? size : 1);
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

void operator delete(void* what) noexcept {
  const std::shared_lock<std::shared_mutex> no_fork(forking);
  std::free(what);
}

void operator delete(void* what, std::size_t) noexcept { ::operator delete(what); }
#endif
