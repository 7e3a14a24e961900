// A program run by a test: started from any thread, signalled, waited for, and never left behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace serf::testing {

struct launch {
  std::string file;                                              // a path; PATH is not searched
  std::vector<std::string> arguments;                            // without the program's name
  std::vector<std::pair<std::string, std::string>> environment;  // on top of ours; "" unsets
  int out = -1;  // descriptor for stdout, -1: /dev/null
  int err = -1;  // and for stderr
};

// The child inherits no other descriptor, no signal mask and no ignored signal, and dies with this
// process, however that one ends. All methods may be called from any thread.
class child_process {
 public:
  explicit child_process(const launch& what);  // std::runtime_error when there is no new process
  ~child_process();                            // kill()
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  pid_t pid() const { return pid_; }
  bool alive();  // a frozen process is alive

  void signal(int number);  // nothing once the process has ended
  void freeze();            // SIGSTOP; returns when the kernel reports all its threads stopped
  void thaw();              // SIGCONT, likewise
  void kill();              // SIGKILL, and reaps

  // The wait status (for WIFEXITED and so on) once the process has ended; nullopt when it has not
  // by then.
  std::optional<int> wait_for_exit(std::chrono::milliseconds timeout);

 private:
  std::optional<int> status();
  void signal_and_await(int number, int option, int code);

  std::mutex mutex_;
  pid_t pid_ = -1;
  std::optional<int> status_;
  bool frozen_ = false;
};

}  // namespace serf::testing
