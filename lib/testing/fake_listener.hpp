// The listening socket of a fake agent. It keeps its port while it refuses connections: nobody else
// can take it, and no client ends up connected to itself.
#pragma once

#include <sys/socket.h>

#include <string>

namespace serf::testing {

class fake_listener {
 public:
  fake_listener(std::string host, int port);  // listens; std::system_error when it cannot
  ~fake_listener();
  fake_listener(const fake_listener&) = delete;
  fake_listener& operator=(const fake_listener&) = delete;

  const std::string& host() const { return host_; }
  int port() const { return port_; }
  int descriptor() const { return descriptor_; }
  bool listening() const { return listening_; }

  void listen();
  void refuse();
  int accept();  // a non-blocking descriptor, -1 when nobody waits

 private:
  int bind(bool beside_our_own) const;
  static void share_port(int descriptor);

  std::string host_;
  int port_;
  sockaddr_storage address_{};
  socklen_t size_ = 0;
  int descriptor_ = -1;
  bool listening_ = false;
};

// The other end of an accepted socket, as agents log it: "127.0.0.1:57490".
std::string peer_of(int descriptor);

}  // namespace serf::testing
