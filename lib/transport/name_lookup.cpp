#include "transport/name_lookup.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

#include "vocabulary/blocked_signals.hpp"

namespace serf::transport {

struct name_lookup::shared_state {
  std::mutex mutex;
  result_handler on_result;  // guarded by mutex; empty: abandoned, or called already
};

namespace {

std::string text_of(int gai_error, int error_number) {
  if (gai_error != EAI_SYSTEM) return ::gai_strerror(gai_error);
  return std::system_category().message(error_number);
}

// Blocks for as long as the system's resolver does.
lookup_result look_up(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  // Not AI_ADDRCONFIG: where only loopback is up, it hides the very addresses that work.

  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found)) {
    return {{}, text_of(error, errno)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);

  lookup_result result;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    socket_address address(each->ai_addr, each->ai_addrlen);
    address.set_port(port);
    auto& addresses = result.addresses;
    // A hosts file may name an address twice.
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
  }
  if (result.addresses.empty()) result.error = ::gai_strerror(EAI_NONAME);
  return result;
}

}  // namespace

name_lookup::name_lookup(std::string host, std::uint16_t port, result_handler on_result)
    : state_(std::make_shared<shared_state>()) {
  state_->on_result = std::move(on_result);
  const blocked_signals in_the_new_thread;
  std::thread([state = state_, host = std::move(host), port] {
    ::pthread_setname_np(::pthread_self(), "serf-lookup");
    // Nothing may leave a thread. If memory is short there is no result, and the deadline of
    // whoever waits for it says so.
    try {
      lookup_result result = look_up(host, port);
      const std::lock_guard lock(state->mutex);
      if (state->on_result) std::exchange(state->on_result, nullptr)(std::move(result));
    } catch (...) {
    }
  }).detach();
}

name_lookup::~name_lookup() {
  const std::lock_guard lock(state_->mutex);
  state_->on_result = nullptr;
}

}  // namespace serf::transport
