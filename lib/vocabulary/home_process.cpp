#include "vocabulary/home_process.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace serf {
namespace {

using word = std::atomic<std::uint64_t>;

// A page of its own, never unmapped: a client may be the last static object to be destroyed.
// nullptr: the kernel cannot wipe it.
word* wiped_on_fork() noexcept {
  const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const page =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, size, MADV_WIPEONFORK) == 0) return new (page) word(0);
  ::munmap(page, size);
  return nullptr;
}

// Inherited by children, so that no process has the number of one that it descends from.
word last_number{0};

// The first in a process to ask gives it its number.
std::uint64_t number_of(word& process) noexcept {
  std::uint64_t number = process.load(std::memory_order_relaxed);
  if (number != 0) return number;
  const std::uint64_t fresh = last_number.fetch_add(1, std::memory_order_relaxed) + 1;
  return process.compare_exchange_strong(number, fresh, std::memory_order_relaxed) ? fresh : number;
}

}  // namespace

home_process::home_process() noexcept {
  static word* const process = wiped_on_fork();
  word_ = process;
  number_ = process != nullptr ? number_of(*process) : static_cast<std::uint64_t>(::getpid());
}

bool home_process::is_pid() const noexcept {
  return number_ == static_cast<std::uint64_t>(::getpid());
}

failure forked(const char* command) {
  failure why(errc::forked, std::string(command) +
                                ": this process is a fork of the one that the client was made in, "
                                "and the client lives on there alone; make a new one here");
  why.command = command;
  return why;
}

}  // namespace serf
