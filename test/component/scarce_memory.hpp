// This executable's own operator new fails where a test wants it to.
#pragma once

#include <string>

namespace serf::testing {

// While this lives, one allocation with `new` fails: the nth, counted from 0, of the thread of that
// name, or of the thread that made this.
class scarce_memory {
 public:
  explicit scarce_memory(long nth);
  scarce_memory(const std::string& thread_name, long nth);
  ~scarce_memory() { end(); }
  scarce_memory(const scarce_memory&) = delete;
  scarce_memory& operator=(const scarce_memory&) = delete;

  // There is memory again. True: one allocation has failed.
  bool end() noexcept;
};

// While this lives, the thread of that name can allocate nothing.
class no_memory {
 public:
  explicit no_memory(const std::string& thread_name);
  ~no_memory();
  no_memory(const no_memory&) = delete;
  no_memory& operator=(const no_memory&) = delete;

  // How many allocations have failed so far.
  static long failures() noexcept;
};

}  // namespace serf::testing
