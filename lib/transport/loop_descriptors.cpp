#include "transport/loop_descriptors.hpp"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "transport/stream_socket.hpp"

namespace serf::transport {
namespace {

int make_mark() {
  const int made = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (made == -1) throw std::system_error(errno, std::system_category(), "socket");
  return made;
}

std::optional<ino_t> identity_of(int descriptor) noexcept {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return std::nullopt;
  return about.st_ino;
}

// A line of an epoll: "tfd:        7 events:       19 data: 5581c7 pos:0 ino:3e9 sdev:8".
struct watched {
  int descriptor;
  ino_t identity;
};

std::optional<watched> watched_in(const std::string& line) {
  const auto at = line.find(" ino:");
  if (line.compare(0, 4, "tfd:") != 0 || at == std::string::npos) return std::nullopt;
  return watched{std::atoi(line.c_str() + 4),
                 static_cast<ino_t>(std::strtoull(line.c_str() + at + 5, nullptr, 16))};
}

std::vector<watched> watched_by(const char* epoll) {
  std::vector<watched> all;
  std::ifstream lines(std::string("/proc/self/fdinfo/") + epoll);
  for (std::string line; std::getline(lines, line);) {
    if (const auto each = watched_in(line)) all.push_back(*each);
  }
  return all;
}

std::vector<std::string> epolls() {
  std::vector<std::string> found;
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return found;
  while (const dirent* const entry = ::readdir(folder)) {
    char kind[64];
    const ssize_t size = ::readlinkat(::dirfd(folder), entry->d_name, kind, sizeof kind);
    if (size > 0 &&
        std::string_view(kind, static_cast<std::size_t>(size)) == "anon_inode:[eventpoll]") {
      found.emplace_back(entry->d_name);
    }
  }
  ::closedir(folder);
  return found;
}

}  // namespace

loop_descriptors::loop_descriptors(asio::io_context& io)
    : mark_(io), number_(make_mark()), identity_(identity_of(number_).value_or(0)) {
  stream_socket owner(number_);
  mark_.assign(number_);
  owner.release();
}

void loop_descriptors::close_all() const noexcept {
  if (identity_of(number_) != identity_) return;
  try {
    for (const auto& epoll : epolls()) {
      bool is_ours = false;
      const auto all = watched_by(epoll.c_str());
      for (const watched& each : all) {
        // Another may still watch what had this number before the mark.
        is_ours = is_ours || (each.descriptor == number_ && each.identity == identity_);
      }
      if (!is_ours) continue;
      // What the child has closed itself may be another's by now.
      for (const watched& each : all) {
        if (identity_of(each.descriptor) == each.identity) ::close(each.descriptor);
      }
      ::close(std::atoi(epoll.c_str()));
      return;
    }
  } catch (...) {
    // No memory: they stay open until the child ends.
  }
}

}  // namespace serf::transport
