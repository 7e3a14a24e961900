#include "transport/tcp_link.hpp"

#include <sys/socket.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <cassert>
#include <optional>
#include <utility>
#include <variant>

#include "transport/connector.hpp"
#include "transport/failure_reasons.hpp"
#include "transport/io_loop.hpp"
#include "transport/socket_address.hpp"
#include "transport/stream_socket.hpp"
#include "transport/wake_slot.hpp"

namespace serf::transport {

namespace {

// Full reads in a row, before other links and tasks of the thread get their turn.
constexpr int reads_in_a_row = 4;

// What a link does. Shared with the handlers on their way, so that the link may go while they are.
// Threads as in `link`.
class tcp_connection : public std::enable_shared_from_this<tcp_connection> {
 public:
  tcp_connection(asio::io_context& io, link_events& events);

  void open(link_target target);
  send_result send(const char* data, std::size_t size) noexcept;
  void await_writable();
  static void wake(const std::shared_ptr<tcp_connection>& self) noexcept;
  void arm(clock::time_point when);
  void reset() noexcept;
  void close() noexcept;
  int native_handle() const noexcept { return descriptor_.load(std::memory_order_acquire); }

 private:
  struct wake_handler;

  void connect_ended(connector::outcome& outcome);
  void await_readable();
  void receive();
  bool receive_once();
  void woken();
  void fail(link_failure failure);
  void tell_failed();
  template <class Action>
  void proceed(Action action);

  asio::io_context& io_;
  link_events& events_;  // not to be touched when ended_

  // The I/O thread's.
  bool ended_ = false;                  // failed or closed: no more events
  std::optional<link_failure> failed_;  // on_failed() is yet to be called
  bool closed_ = false;                 // for good
  unsigned connection_ = 0;             // handlers of an earlier one find another number
  std::shared_ptr<connector> connector_;
  asio::posix::stream_descriptor socket_;
  bool awaiting_writable_ = false;
  asio::steady_timer timer_;
  unsigned armed_ = 0;  // handlers of an earlier arm() find another number

  // Any thread's.
  std::atomic<int> descriptor_{-1};  // of socket_
  std::atomic<bool> wake_pending_{false};
  wake_slot wake_slot_;
};

struct tcp_connection::wake_handler {
  using allocator_type = wake_allocator<void>;

  std::shared_ptr<tcp_connection> connection;
  wake_slot* slot;  // of the connection; still known when that was moved from

  allocator_type get_allocator() const noexcept { return allocator_type(*slot); }
  void operator()() const { connection->woken(); }
};

tcp_connection::tcp_connection(asio::io_context& io, link_events& events)
    : io_(io), events_(events), socket_(io), timer_(io) {}

void tcp_connection::open(link_target target) {
  assert(!connector_);
  if (ended_) return;
  connector_ = std::make_shared<connector>(io_);
  // `this` is there when it is called: close() cancels the connector.
  connector_->start(std::move(target), [this](connector::outcome outcome) {
    shared_from_this()->proceed([&] { connect_ended(outcome); });
  });
}

void tcp_connection::connect_ended(connector::outcome& outcome) {
  if (auto* failure = std::get_if<link_failure>(&outcome)) return fail(std::move(*failure));

  stream_socket& connected = std::get<stream_socket>(outcome);
  std::error_code error;
  socket_.assign(connected.get(), error);
  if (error) return fail({error, error.message()});
  descriptor_.store(connected.release(), std::memory_order_release);
  const unsigned connection = connection_;
  events_.on_connected();
  if (!ended_ && connection == connection_) await_readable();
}

send_result tcp_connection::send(const char* data, std::size_t size) noexcept {
  const int socket = descriptor_.load(std::memory_order_acquire);
  if (socket == -1) return {0, std::make_error_code(std::errc::not_connected)};
  return send_now(socket, data, size);
}

// To wait first and ask for space then keeps no buffer of the user's waiting for bytes.
void tcp_connection::await_readable() {
  socket_.async_wait(
      asio::posix::stream_descriptor::wait_read,
      [self = shared_from_this(), connection = connection_](std::error_code error) {
        if (self->ended_ || connection != self->connection_) return;
        self->proceed([&] { error ? self->fail({error, error.message()}) : self->receive(); });
      });
}

void tcp_connection::receive() {
  const unsigned connection = connection_;
  for (int reads = 0; reads < reads_in_a_row && receive_once(); ++reads) {
  }
  if (!ended_ && connection == connection_) await_readable();
}

// True: the space was filled, there may be more.
bool tcp_connection::receive_once() {
  const unsigned connection = connection_;
  const receive_space space = events_.on_receive_space();
  if (ended_ || connection != connection_) return false;
  assert(space.size > 0);

  const receive_result result = receive_now(socket_.native_handle(), space);
  if (result.error == std::errc::operation_would_block) return false;
  if (result.error) {
    fail({result.error, result.error.message()});
    return false;
  }
  if (result.received == 0) {
    const std::error_code code = link_errc::closed_by_agent;
    fail({code, code.message()});
    return false;
  }
  events_.on_received(result.received);
  return !ended_ && connection == connection_ && result.received == space.size;
}

void tcp_connection::await_writable() {
  if (ended_ || std::exchange(awaiting_writable_, true)) return;
  socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                     [self = shared_from_this(), connection = connection_](std::error_code) {
                       // An error is as good an answer: the next send() meets it too.
                       if (self->ended_ || connection != self->connection_) return;
                       self->awaiting_writable_ = false;
                       self->proceed([&] { self->events_.on_writable(); });
                     });
}

void tcp_connection::wake(const std::shared_ptr<tcp_connection>& self) noexcept {
  if (self->wake_pending_.exchange(true, std::memory_order_acq_rel)) return;
  asio::post(self->io_, wake_handler{self, &self->wake_slot_});
}

void tcp_connection::woken() {
  // Cleared first: a wake() from here on, when on_woken() may have looked already, counts anew.
  wake_pending_.exchange(false, std::memory_order_acq_rel);
  if (failed_) proceed([this] { tell_failed(); });
  if (!ended_) proceed([this] { events_.on_woken(); });
}

void tcp_connection::arm(clock::time_point when) {
  if (ended_) return;
  // Cancels the wait for the time armed before; if that has come already, its handler is on its
  // way.
  timer_.expires_at(when);
  ++armed_;
  if (when == clock::time_point::max()) return;
  timer_.async_wait([self = shared_from_this(), armed = armed_](std::error_code error) {
    if (error || self->ended_ || armed != self->armed_) return;
    self->proceed([&] { self->events_.on_timer(); });
  });
}

void tcp_connection::fail(link_failure failure) {
  ended_ = true;
  timer_.cancel();
  failed_ = std::move(failure);
  tell_failed();
}

void tcp_connection::tell_failed() {
  const unsigned connection = connection_;
  link_failure told = std::move(*failed_);
  failed_.reset();
  try {
    events_.on_failed(told);
  } catch (...) {
    if (connection == connection_ && !closed_) failed_ = std::move(told);
    throw;
  }
}

void tcp_connection::close() noexcept {
  reset();
  ended_ = closed_ = true;
}

void tcp_connection::reset() noexcept {
  ended_ = closed_;
  failed_.reset();
  ++connection_;
  ++armed_;
  timer_.cancel();
  awaiting_writable_ = false;
  if (const auto connecting = std::exchange(connector_, nullptr)) connecting->cancel();
  // Nobody sends now: callers serialise send() and close().
  descriptor_.store(-1, std::memory_order_release);
  const stream_socket closes(socket_.release());
  // A forked child may have a copy of the descriptor, with which the connection would live on.
  if (closes.get() != -1) ::shutdown(closes.get(), SHUT_RDWR);
}

// Runs what an event of the loop led to; the caller keeps this object alive. After an exception, of
// a link_events or of want of memory, nobody knows what was understood or will be read: the
// connection is lost. That is told by a wake, which allocates nothing, and again if that throws:
// what waits for the connection has nothing else to go by.
template <class Action>
void tcp_connection::proceed(Action action) {
  try {
    action();
  } catch (...) {
    if (!closed_) {
      ended_ = true;
      if (!failed_) failed_ = of_current_exception();
      timer_.cancel();
      wake(shared_from_this());
    }
    throw;
  }
}

class tcp_link final : public link {
 public:
  tcp_link(std::shared_ptr<io_loop> loop, link_events& events)
      : loop_(std::move(loop)),
        connection_(std::make_shared<tcp_connection>(loop_->context(), events)) {}
  ~tcp_link() override {
    if (!closed_) close();
  }

  void open(link_target target) override { connection_->open(std::move(target)); }
  send_result send(const char* data, std::size_t size) noexcept override {
    return connection_->send(data, size);
  }
  void await_writable() override { connection_->await_writable(); }
  void wake() noexcept override { tcp_connection::wake(connection_); }
  void arm(clock::time_point when) override { connection_->arm(when); }
  void reset() noexcept override { connection_->reset(); }
  void close() noexcept override {
    closed_ = true;
    connection_->close();
  }
  int native_handle() const noexcept override { return connection_->native_handle(); }
  std::string local_address() const override { return address_by(::getsockname); }
  std::string remote_address() const override { return address_by(::getpeername); }

 private:
  std::string address_by(int (*ask)(int, sockaddr*, socklen_t*)) const {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    auto* const address = reinterpret_cast<sockaddr*>(&name);
    if (ask(native_handle(), address, &size) != 0) return "";
    return socket_address(address, size).to_string_with_port();
  }

  const std::shared_ptr<io_loop> loop_;  // outlives connection_, which refers to it
  const std::shared_ptr<tcp_connection> connection_;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<link> make_tcp_link(std::shared_ptr<io_loop> loop, link_events& events) {
  return std::make_unique<tcp_link>(std::move(loop), events);
}

}  // namespace serf::transport
