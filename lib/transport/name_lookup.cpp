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

// Owned by its thread and by those who wait for it.
class name_lookups::running {
 public:
  // Takes `told`; or it is false: the look-up has ended already.
  bool join(const name_lookup* who, std::uint16_t port, name_lookup::result_handler& told) {
    const std::lock_guard lock(mutex_);
    if (!ended_) waiting_[who] = {port, std::move(told)};
    return !ended_;
  }
  void leave(const name_lookup* who) {
    const std::lock_guard lock(mutex_);
    waiting_.erase(who);
  }
  void end(const lookup_result& found) noexcept {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (const auto& each : waiting_) tell(each.second, found);
    waiting_.clear();
  }

 private:
  struct waiter {
    std::uint16_t port;
    name_lookup::result_handler told;
  };

  // If memory is short there is no result, and the deadline of whoever waits for it says so.
  static void tell(const waiter& who, lookup_result found) noexcept {
    try {
      for (auto& address : found.addresses) address.set_port(who.port);
      who.told(std::move(found));
    } catch (...) {
    }
  }

  std::mutex mutex_;
  bool ended_ = false;
  std::map<const name_lookup*, waiter> waiting_;
};

namespace {

std::string text_of(int gai_error, int error_number) {
  if (gai_error != EAI_SYSTEM) return ::gai_strerror(gai_error);
  return std::system_category().message(error_number);
}

// Blocks for as long as the system's resolver does.
lookup_result look_up(const std::string& host) {
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

name_lookup::name_lookup(name_lookups& all, const std::string& host, std::uint16_t port,
                         result_handler on_result) {
  auto& known = all.by_name_[host];
  running_ = known.lock();
  if (running_ && running_->join(this, port, on_result)) return;

  running_ = std::make_shared<name_lookups::running>();
  running_->join(this, port, on_result);
  const blocked_signals in_the_new_thread;
  std::thread([running = running_, host] {
    ::pthread_setname_np(::pthread_self(), "serf-lookup");
    lookup_result result;
    // Nothing may leave a thread.
    try {
      result = look_up(host);
    } catch (...) {
      result = {{}, "no memory"};
    }
    running->end(result);
  }).detach();
  known = running_;
}

name_lookup::~name_lookup() { running_->leave(this); }

}  // namespace serf::transport
