// The failures of a link, put in words.
#pragma once

#include <chrono>
#include <string>
#include <system_error>

#include "transport/link.hpp"
#include "transport/socket_address.hpp"

namespace serf::transport {

link_failure no_lookup_in_time(std::chrono::nanoseconds timeout);
link_failure lookup_failed(const std::string& why);

// Within a catch block only.
link_failure of_current_exception() noexcept;

// What became of each address tried.
class connect_report {
 public:
  void refused(const socket_address& address, std::error_code error);
  void no_answer(const socket_address& address, std::chrono::nanoseconds waited);

  // Addresses are named where there were several, and where one kept silent: of a name that leads
  // there, this is the part worth knowing.
  link_failure failure() const;

 private:
  void add(const socket_address& address, std::error_code error, const std::string& reason);

  int tried_ = 0;
  std::error_code last_error_;
  std::string last_reason_;
  std::string all_reasons_;
};

}  // namespace serf::transport
