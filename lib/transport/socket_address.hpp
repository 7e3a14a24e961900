// An IPv4 or IPv6 address with a port, in the form that the kernel takes.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace serf::transport {

class socket_address {
 public:
  // From a system call or a lookup; `size` at most that of sockaddr_storage.
  socket_address(const sockaddr* address, socklen_t size) noexcept;

  // Of a host written as an address; nullopt for a name. Asks nobody.
  static std::optional<socket_address> numeric(const std::string& host, std::uint16_t port);

  const sockaddr* data() const noexcept;
  socklen_t size() const noexcept { return size_; }
  int family() const noexcept { return storage_.ss_family; }

  void set_port(std::uint16_t port) noexcept;

  // Without the port: "127.0.0.1", "fe80::1%eth0".
  std::string to_string() const;
  // With it: "127.0.0.1:7373", "[::1]:7373".
  std::string to_string_with_port() const;

  friend bool operator==(const socket_address& a, const socket_address& b) noexcept;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace serf::transport
