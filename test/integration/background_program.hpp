// A program that runs while a test does something else: heard, signalled, waited for, never left.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/run_program.hpp"

namespace serf::testing {

class background_program {
 public:
  background_program(const std::string& file, const std::vector<std::string>& arguments)
      : program_({file, arguments, {}, out_.descriptor, err_.descriptor}) {}

  std::string output() const { return out_.text(); }
  std::string error_output() const { return err_.text(); }

  // False: it has not printed this by then.
  bool wait_for_output(const std::string& text, std::chrono::milliseconds timeout) const {
    return wait_until([&] { return output().find(text) != std::string::npos; }, timeout);
  }
  bool wait_for_error_output(const std::string& text, std::chrono::milliseconds timeout) const {
    return wait_until([&] { return error_output().find(text) != std::string::npos; }, timeout);
  }

  void signal(int number) { program_.signal(number); }
  void freeze() { program_.freeze(); }
  void thaw() { program_.thaw(); }

  // Once it has ended; killed if it has not by then, and the exit code says so.
  program_result result(std::chrono::milliseconds timeout) {
    if (!program_.wait_for_exit(timeout)) program_.kill();
    const int status = program_.wait_for_exit(std::chrono::milliseconds(0)).value_or(0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, output(), error_output()};
  }

 private:
  // A file in memory. The program writes where it stands in it, which reading does not change.
  struct capture {
    capture() : descriptor(::memfd_create("serf-output", MFD_CLOEXEC)) {
      if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
    }
    ~capture() { ::close(descriptor); }
    capture(const capture&) = delete;
    capture& operator=(const capture&) = delete;

    std::string text() const {
      std::string all;
      char part[4096];
      for (;;) {
        const auto got = ::pread(descriptor, part, sizeof part, static_cast<off_t>(all.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return all;
        all.append(part, static_cast<std::size_t>(got));
      }
    }

    int descriptor;
  };

  capture out_, err_;
  child_process program_;
};

}  // namespace serf::testing
