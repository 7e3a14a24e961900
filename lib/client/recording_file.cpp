#include "client/recording_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw std::invalid_argument("client_options::session_recording: cannot record to " +
                              in_quotes(path) + ": " + why);
}

std::string last_error() { return std::generic_category().message(errno); }

}  // namespace

recording_file::recording_file(const std::string& path) {
  // Non-blocking: a pipe would wait for its reader.
  descriptor_ =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  if (descriptor_ < 0) refuse(path, last_error());
  std::string flaw;
  struct stat is {};
  if (::fstat(descriptor_, &is) != 0) {
    flaw = last_error();
  } else if (!S_ISREG(is.st_mode) && !S_ISCHR(is.st_mode)) {
    flaw = "it is no file";
  } else if (S_ISREG(is.st_mode) && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    flaw = errno == EWOULDBLOCK ? "another client records to it" : last_error();
  } else if (S_ISREG(is.st_mode) && ::ftruncate(descriptor_, 0) != 0) {
    flaw = last_error();
  }
  device_ = is.st_dev;
  number_ = is.st_ino;
  if (flaw.empty()) return;
  ::close(descriptor_);
  refuse(path, flaw);
}

recording_file::~recording_file() { ::close(descriptor_); }

void recording_file::abandon() const noexcept {
  struct stat is {};
  if (::fstat(descriptor_, &is) != 0 || is.st_dev != device_ || is.st_ino != number_) return;
  ::close(descriptor_);
}

std::error_code recording_file::write(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return {errno, std::generic_category()};
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace serf
