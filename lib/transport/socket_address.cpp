#include "transport/socket_address.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace serf::transport {

namespace {

// sockaddr_storage may be read as another type by copying only.
template <class Address>
Address copied_as(const sockaddr_storage& storage) noexcept {
  Address address;
  std::memcpy(&address, &storage, sizeof address);
  return address;
}

template <class Address>
socket_address from(const Address& address) noexcept {
  sockaddr_storage storage{};
  std::memcpy(&storage, &address, sizeof address);
  return {reinterpret_cast<const sockaddr*>(&storage), sizeof address};
}

// An interface's name or number. 0, which the kernel refuses where it needs one, for anything else.
std::uint32_t scope_id(const std::string& scope) {
  if (const unsigned index = ::if_nametoindex(scope.c_str())) return index;
  std::uint32_t number = 0;
  const char* const end = scope.data() + scope.size();
  const auto parsed = std::from_chars(scope.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end ? number : 0;
}

}  // namespace

socket_address::socket_address(const sockaddr* address, socklen_t size) noexcept
    : size_(std::min<socklen_t>(size, sizeof storage_)) {
  std::memcpy(&storage_, address, size_);
}

std::optional<socket_address> socket_address::numeric(const std::string& host, std::uint16_t port) {
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return from(v4);
  }
  sockaddr_in6 v6{};
  const std::size_t percent = host.find('%');
  if (::inet_pton(AF_INET6, host.substr(0, percent).c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (percent != std::string::npos) v6.sin6_scope_id = scope_id(host.substr(percent + 1));
    return from(v6);
  }
  return std::nullopt;
}

void socket_address::set_port(std::uint16_t port) noexcept {
  if (family() == AF_INET) {
    auto v4 = copied_as<sockaddr_in>(storage_);
    v4.sin_port = htons(port);
    std::memcpy(&storage_, &v4, sizeof v4);
  } else {
    auto v6 = copied_as<sockaddr_in6>(storage_);
    v6.sin6_port = htons(port);
    std::memcpy(&storage_, &v6, sizeof v6);
  }
}

const sockaddr* socket_address::data() const noexcept {
  return reinterpret_cast<const sockaddr*>(&storage_);
}

std::string socket_address::to_string() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    const auto v4 = copied_as<sockaddr_in>(storage_);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return text;
  }
  const auto v6 = copied_as<sockaddr_in6>(storage_);
  ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  if (v6.sin6_scope_id == 0) return text;
  char name[IF_NAMESIZE] = "";
  const bool named = ::if_indextoname(v6.sin6_scope_id, name) != nullptr;
  return std::string(text) + '%' + (named ? name : std::to_string(v6.sin6_scope_id));
}

std::string socket_address::to_string_with_port() const {
  const bool v4 = family() == AF_INET;
  const auto port =
      v4 ? copied_as<sockaddr_in>(storage_).sin_port : copied_as<sockaddr_in6>(storage_).sin6_port;
  const std::string host = to_string();
  return (v4 ? host : '[' + host + ']') + ':' + std::to_string(ntohs(port));
}

// What tells two ends apart. The rest of the structures, padding and flow labels, may differ.
bool operator==(const socket_address& a, const socket_address& b) noexcept {
  if (a.family() != b.family()) return false;
  if (a.family() == AF_INET) {
    const auto x = copied_as<sockaddr_in>(a.storage_);
    const auto y = copied_as<sockaddr_in>(b.storage_);
    return x.sin_port == y.sin_port && x.sin_addr.s_addr == y.sin_addr.s_addr;
  }
  const auto x = copied_as<sockaddr_in6>(a.storage_);
  const auto y = copied_as<sockaddr_in6>(b.storage_);
  return x.sin6_port == y.sin6_port && x.sin6_scope_id == y.sin6_scope_id &&
         std::memcmp(&x.sin6_addr, &y.sin6_addr, sizeof x.sin6_addr) == 0;
}

}  // namespace serf::transport
