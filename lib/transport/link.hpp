// One TCP connection: the layer above calls `link` and is called through `link_events`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <type_traits>

namespace serf::transport {

using clock = std::chrono::steady_clock;

struct link_target {
  std::string host;  // IPv4, IPv6 (a scope may follow: "fe80::1%eth0") or a name to look up
  std::uint16_t port = 0;
  std::chrono::nanoseconds connect_timeout{};  // lookup and all addresses together
};

// What went wrong, where errno has no word for it. All other codes compare with std::errc.
enum class link_errc {
  closed_by_agent = 1,  // the orderly end of the byte stream
  lookup_failed,        // the name has no address, or none can be had now
  internal_error,       // an exception, such as one that a function of link_events threw
};
const std::error_category& link_category() noexcept;
std::error_code make_error_code(link_errc code) noexcept;

struct link_failure {
  // Several addresses tried: the last one's. No connection in time: timed_out.
  std::error_code code;
  // For people: "Connection refused", "::1: Connection refused; 127.0.0.1: Connection refused".
  std::string reason;
};

// Neither error nor all of it sent: the socket takes no more now. Wait for on_writable().
struct send_result {
  std::size_t sent = 0;
  std::error_code error;
};

struct receive_space {
  char* data = nullptr;
  std::size_t size = 0;
};

// Called on the I/O thread, one at a time, with no lock of the transport held. Nothing is called
// after on_failed(), until reset(), or after close(). In every one of these functions the link may
// be closed or destroyed, and this object with it. One that throws fails the link
// (link_errc::internal_error), and the exception goes to the I/O thread's exception hook; of
// on_failed() itself, until it does not throw.
class link_events {
 public:
  virtual ~link_events();

  // Bytes can be sent, and will be received, from here on.
  virtual void on_connected() = 0;

  // Could not connect; or, after on_connected(), the connection is lost and all bytes that came
  // before have been delivered. Its descriptor stays open until reset() or close(): another thread
  // may be about to send() on it.
  virtual void on_failed(const link_failure& failure) = 0;

  // Where the next bytes go; asked anew before each read, when there is something to read. Not
  // empty. The transport forgets it before it calls anything else but on_received().
  virtual receive_space on_receive_space() = 0;

  // That many bytes, at least one, stand in the space last given. Not called when the read found
  // nothing after all.
  virtual void on_received(std::size_t size) = 0;

  // Once for each await_writable().
  virtual void on_writable() = 0;

  // Once for any number of wake() before it. Whatever happened before these wake() is visible.
  virtual void on_woken() = 0;

  // The armed time has come; nothing is armed now.
  virtual void on_timer() = 0;
};

// Its functions belong to the I/O thread, unless said otherwise. None of them calls an event before
// it returns.
class link {
 public:
  link() = default;
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  // Closes, on the I/O thread, or after the io_thread has been destroyed. One that is closed
  // already may be destroyed by any thread.
  virtual ~link();

  // Connects, then reads until it fails or is closed. At most once, and once more after each
  // reset(). A host that is an address never reaches a resolver. Several addresses are tried in
  // turn, each for its share of the time that is left.
  virtual void open(link_target target) = 0;

  // Ends the connection, or the attempt at one: all is as before open(), so wake() and arm() work.
  // What was armed is not any more.
  virtual void reset() noexcept = 0;

  // Any thread. One attempt that never blocks and never raises SIGPIPE. Fails with not_connected
  // before on_connected() and after reset() and close(). Callers serialise send(), reset() and
  // close() among themselves, by a lock that the transport does not know.
  virtual send_result send(const char* data, std::size_t size) noexcept = 0;

  // When connected. on_writable() follows at once if the socket takes bytes already.
  virtual void await_writable() = 0;

  // Any thread, as long as the link exists. Allocates nothing; costs one atomic exchange while an
  // earlier wake() is still on its way.
  virtual void wake() noexcept = 0;

  // One timer a link: replaces the armed time. time_point::max() disarms.
  virtual void arm(clock::time_point when) = 0;

  // Idempotent. Ends the connection even where a forked child still holds the descriptor.
  virtual void close() noexcept = 0;

  // Any thread. -1 before on_connected() and after reset() and close().
  virtual int native_handle() const noexcept = 0;

  // This end's address and port: "127.0.0.1:57490", "[::1]:57490". "" before on_connected() and
  // after reset() and close().
  virtual std::string local_address() const = 0;
  // The same of the other end.
  virtual std::string remote_address() const = 0;
};

}  // namespace serf::transport

template <>
struct std::is_error_code_enum<serf::transport::link_errc> : std::true_type {};
