#include "support/run_program.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "support/child_process.hpp"

namespace serf::testing {
namespace {

std::string read_all(int descriptor) {
  std::string text;
  char buffer[4096];
  ::lseek(descriptor, 0, SEEK_SET);
  for (;;) {
    const auto got = ::read(descriptor, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

// A file in memory, for what a command prints.
class capture {
 public:
  capture() : descriptor_(::memfd_create("serf-output", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  }
  ~capture() { ::close(descriptor_); }
  capture(const capture&) = delete;
  capture& operator=(const capture&) = delete;
  int get() const { return descriptor_; }
  std::string text() const { return read_all(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace

program_result run_program(const std::string& file, const std::vector<std::string>& arguments,
                           const std::vector<std::pair<std::string, std::string>>& environment,
                           std::chrono::milliseconds timeout) {
  const capture out, err;
  child_process program({file, arguments, environment, out.get(), err.get()});
  if (!program.wait_for_exit(timeout)) program.kill();
  const int status = program.wait_for_exit(std::chrono::milliseconds(0)).value_or(0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out.text(), err.text()};
}

}  // namespace serf::testing
