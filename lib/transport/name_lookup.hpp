// A name's addresses, from ::getaddrinfo on a thread that nobody waits for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
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

// The look-ups that are under way. Each has a thread for as long as a name server pleases: so there
// is one for each name, however often that is asked for. Used on one thread.
class name_lookups {
 public:
  class running;

 private:
  friend class name_lookup;
  std::map<std::string, std::weak_ptr<running>> by_name_;  // some may have ended
};

// getaddrinfo takes as long as a name server pleases and cannot be interrupted. So each lookup has
// a detached thread that owns all it uses, and whoever no longer wants the result just goes.
class name_lookup {
 public:
  // Called on the lookup's thread, at most once, with the lookup's lock held: it must be short and
  // must not destroy the name_lookup. Nothing it owns may be dear to another thread.
  using result_handler = std::function<void(lookup_result)>;

  // Starts; or, where one for this name is under way, waits for what comes of that. Throws
  // std::system_error when no thread can be had.
  name_lookup(name_lookups& all, const std::string& host, std::uint16_t port,
              result_handler on_result);

  // Waits for on_result if it runs just now, for nothing else. It will not be called later.
  ~name_lookup();

  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;

 private:
  std::shared_ptr<name_lookups::running> running_;
};

}  // namespace serf::transport
