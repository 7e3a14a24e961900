// A name's addresses, from ::getaddrinfo on a thread that nobody waits for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "transport/socket_address.hpp"

namespace serf::transport {

struct lookup_result {
  std::vector<socket_address> addresses;  // in the order to try them, none twice; empty: failed
  std::string error;
};

// getaddrinfo takes as long as a name server pleases and cannot be interrupted. So each lookup has
// a detached thread that owns all it uses, and whoever no longer wants the result just goes.
class name_lookup {
 public:
  // Called on the lookup's thread, at most once, with the lookup's lock held: it must be short and
  // must not destroy the name_lookup. Nothing it owns may be dear to another thread.
  using result_handler = std::function<void(lookup_result)>;

  // Starts. Throws std::system_error when no thread can be had.
  name_lookup(std::string host, std::uint16_t port, result_handler on_result);

  // Waits for on_result if it runs just now, for nothing else. It will not be called later.
  ~name_lookup();

  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;

 private:
  struct shared_state;
  std::shared_ptr<shared_state> state_;
};

}  // namespace serf::transport
