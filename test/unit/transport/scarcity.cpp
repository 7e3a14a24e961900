#include "scarcity.hpp"

#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>

namespace {

std::atomic<bool> scarce{false};

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int none_left() {
  errno = EMFILE;
  return -1;
}

}  // namespace

serf::transport::testing::scarcity::scarcity() { scarce = true; }
serf::transport::testing::scarcity::~scarcity() { scarce = false; }

extern "C" int socket(int family, int type, int protocol) noexcept {
  static auto* const the_real = real<int(int, int, int)>("socket");
  return scarce ? none_left() : the_real(family, type, protocol);
}

extern "C" int epoll_create1(int flags) noexcept {
  static auto* const the_real = real<int(int)>("epoll_create1");
  return scarce ? none_left() : the_real(flags);
}
