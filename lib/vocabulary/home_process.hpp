#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include <serf/error.hpp>

namespace serf {

// Remembers the process that it was made in. In a child that was forked from it, threads are gone
// and locks may be held by them for ever: whoever owns one of these asks it before it takes a lock.
//
// It asks a word that the kernel sets to 0 in every forked child (MADV_WIPEONFORK): 1 ns. getpid()
// is a system call, 50 to 250 ns, which a stream drained record by record would feel; it is what is
// asked where the kernel cannot do the other. A handler of pthread_atfork() would come too late for
// those that the application registered before, and never for a child made by clone().
class home_process {
 public:
  home_process() noexcept;

  // Any thread, also between fork() and exec().
  bool is_here() const noexcept {
    return word_ != nullptr ? word_->load(std::memory_order_relaxed) == number_ : is_pid();
  }

 private:
  bool is_pid() const noexcept;

  const std::atomic<std::uint64_t>* word_;
  std::uint64_t number_;
};

// What every call in a forked child fails with.
failure forked(const char* command);

// In a forked child: keeps for ever what the share belongs to. Destroying that would join threads
// that are not there, and wait for locks that nobody releases.
template <class T>
void leak(std::shared_ptr<T>& share) noexcept {
  alignas(std::shared_ptr<T>) std::byte never_destroyed[sizeof(std::shared_ptr<T>)];
  new (never_destroyed) std::shared_ptr<T>(std::move(share));
}

}  // namespace serf
