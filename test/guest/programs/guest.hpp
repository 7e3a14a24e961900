// What the programs of these tests share: each is an application of its own, run with the address
// of an agent, and ends with 0 if all was as expected.
#pragma once

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

// A function of the C library that this program has in its place, for the libraries that it uses,
// too.
#define GUEST_IN_PLACE_OF_LIBC extern "C" __attribute__((visibility("default")))

namespace guest {

// Says what is wrong, and ends this process at once, without its destructors.
inline void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "process %d: not so: %s\n", static_cast<int>(::getpid()), what.c_str());
  std::fflush(nullptr);
  ::_exit(1);
}

inline std::vector<std::string> names_in(const char* folder) {
  std::vector<std::string> names;
  DIR* const open = ::opendir(folder);
  expect(open != nullptr, "a folder " + std::string(folder));
  while (const dirent* const each = ::readdir(open)) {
    const std::string name = each->d_name;
    if (name != "." && name != ".." && name != std::to_string(::dirfd(open))) names.push_back(name);
  }
  ::closedir(open);
  return names;
}

// Of this process.
inline std::vector<std::string> descriptors() { return names_in("/proc/self/fd"); }
inline std::size_t threads() {
#if defined(SERF_WITH_THREAD_SANITIZER)  // has one of its own, from the first other one on
  static const bool has_its_own = (std::thread([] {}).join(), true);
  return names_in("/proc/self/task").size() - (has_its_own ? 1 : 0);
#else
  return names_in("/proc/self/task").size();
#endif
}

// What a process that was forked ended with; one that hangs is ended, and that is not 0.
inline int status_of(pid_t child, std::chrono::milliseconds patience = std::chrono::seconds(20)) {
  const auto until = std::chrono::steady_clock::now() + patience;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) != child) {
    if (std::chrono::steady_clock::now() > until) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return -1;
    }
    ::usleep(1000);
  }
  return status;
}

}  // namespace guest
