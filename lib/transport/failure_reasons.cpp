#include "transport/failure_reasons.hpp"

#include <exception>
#include <new>

#include "vocabulary/duration_text.hpp"

namespace serf::transport {

namespace {

std::string no_connection_within(std::chrono::nanoseconds duration) {
  return "no connection within " + duration_text(duration);
}

}  // namespace

link_failure no_lookup_in_time(std::chrono::nanoseconds timeout) {
  return {std::make_error_code(std::errc::timed_out),
          no_connection_within(timeout) + ": the name lookup did not answer"};
}

link_failure lookup_failed(const std::string& why) {
  return {link_errc::lookup_failed, "cannot look up name: " + why};
}

// The texts without a reason are so short that they need no memory.
link_failure of_current_exception() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return {std::make_error_code(std::errc::not_enough_memory), "out of memory"};
  } catch (const std::exception& e) {
    try {
      return {link_errc::internal_error, std::string("internal error: ") + e.what()};
    } catch (const std::bad_alloc&) {
      return {std::make_error_code(std::errc::not_enough_memory), "out of memory"};
    }
  } catch (...) {
    return {link_errc::internal_error, "internal error"};
  }
}

void connect_report::refused(const socket_address& address, std::error_code error) {
  add(address, error, error.message());
}

void connect_report::no_answer(const socket_address& address, std::chrono::nanoseconds waited) {
  add(address, std::make_error_code(std::errc::timed_out), no_connection_within(waited));
}

void connect_report::add(const socket_address& address, std::error_code error,
                         const std::string& reason) {
  if (tried_++ > 0) all_reasons_ += "; ";
  all_reasons_ += address.to_string() + ": " + reason;
  last_reason_ = reason;
  last_error_ = error;
}

link_failure connect_report::failure() const {
  const bool name_them = tried_ > 1 || last_error_ == std::errc::timed_out;
  return {last_error_, name_them ? all_reasons_ : last_reason_};
}

}  // namespace serf::transport
