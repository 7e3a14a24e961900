#include "transport/connector.hpp"

#include <algorithm>
#include <asio/execution_context.hpp>
#include <asio/post.hpp>
#include <utility>

namespace serf::transport {

namespace {

// The look-ups of one I/O thread, kept by its io_context.
class lookups final : public asio::execution_context::service {
 public:
  using key_type = lookups;
  static inline asio::execution_context::id id;
  explicit lookups(asio::execution_context& of) : service(of) {}
  name_lookups all;

 private:
  void shutdown() noexcept override {}
};

clock::time_point after(std::chrono::nanoseconds duration) {
  const auto now = clock::now();
  return duration < clock::time_point::max() - now ? now + duration : clock::time_point::max();
}

}  // namespace

connector::connector(asio::io_context& io) : io_(io), timer_(io), socket_(io) {}

void connector::start(link_target target, outcome_handler on_outcome) {
  target_ = std::move(target);
  on_outcome_ = std::move(on_outcome);
  deadline_ = after(target_.connect_timeout);
  asio::post(io_, [self = shared_from_this()] { self->proceed([&] { self->begin(); }); });
}

void connector::cancel() noexcept {
  on_outcome_ = nullptr;
  lookup_.reset();
  abandon_attempt();
}

void connector::begin() {
  if (!on_outcome_) return;
  if (const auto address = socket_address::numeric(target_.host, target_.port)) {
    addresses_ = {*address};
    try_next_address();
  } else {
    begin_lookup();
  }
}

void connector::begin_lookup() {
  at(deadline_, [this] { finish(no_lookup_in_time(target_.connect_timeout)); });
  // Runs on the lookup's thread. The weak pointer leaves the last reference to the I/O thread. The
  // io_context is there: cancel(), or the destructor, waits for a result that is being delivered.
  auto deliver = [&io = io_, weak = weak_from_this()](lookup_result result) {
    asio::post(io, [weak, result = std::move(result)]() mutable {
      const auto self = weak.lock();
      if (self) self->proceed([&] { self->looked_up(std::move(result)); });
    });
  };
  try {
    lookup_.emplace(asio::use_service<lookups>(io_).all, target_.host, target_.port,
                    std::move(deliver));
  } catch (const std::system_error& e) {
    finish(link_failure{e.code(), "cannot look up name: no thread for it: " + e.code().message()});
  }
}

void connector::looked_up(lookup_result result) {
  if (!lookup_) return;  // too late
  lookup_.reset();
  abandon_attempt();
  if (result.addresses.empty()) return finish(lookup_failed(result.error));
  addresses_ = std::move(result.addresses);
  try_next_address();
}

void connector::try_next_address() {
  while (next_ < addresses_.size()) {
    if (try_address(addresses_[next_++])) return;
  }
  finish(report_.failure());
}

// True: its outcome is known, and reported, or comes later. False: failed at once.
bool connector::try_address(const socket_address& address) {
  std::error_code error;
  stream_socket socket = stream_socket::open(address.family(), error);
  if (!error) error = begin_connect(socket.get(), address);
  const bool in_progress = error == std::errc::operation_in_progress;
  if (!error) error = connect_outcome(socket.get());
  if (!error) {
    finish(std::move(socket));
    return true;
  }
  if (in_progress) {
    error.clear();
    socket_.assign(socket.get(), error);
  }
  if (error) {
    report_.refused(address, error);
    return false;
  }
  socket.release();  // to socket_

  // An address that swallows packets must leave time for those behind it.
  const auto now = clock::now();
  const auto left = std::max(deadline_ - now, clock::duration::zero());
  const auto share = left / static_cast<clock::rep>(addresses_.size() - next_ + 1);
  // Of a single address people want to read the timeout that they set.
  const auto waited = addresses_.size() == 1 ? target_.connect_timeout : share;
  at(now + share, [this, waited] { attempt_timed_out(waited); });
  socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                     [self = shared_from_this(), step = step_](std::error_code why) {
                       if (step != self->step_) return;
                       if (!why) why = connect_outcome(self->socket_.native_handle());
                       self->proceed([&] { self->attempt_ended(why); });
                     });
  return true;
}

void connector::attempt_ended(std::error_code error) {
  if (!error) {
    // Out of the reactor here, and into it again in the link: the interest in writability that
    // epoll has kept would otherwise wake the thread once for every wait to read.
    return finish(stream_socket(socket_.release()));
  }
  report_.refused(addresses_[next_ - 1], error);
  abandon_attempt();
  try_next_address();
}

void connector::attempt_timed_out(std::chrono::nanoseconds waited) {
  report_.no_answer(addresses_[next_ - 1], waited);
  abandon_attempt();
  try_next_address();
}

template <class Action>
void connector::at(clock::time_point when, Action action) {
  timer_.expires_at(when);
  timer_.async_wait([self = shared_from_this(), step = step_, action](std::error_code error) {
    if (!error && step == self->step_) self->proceed(action);
  });
}

// An exception, short memory for one, must not leave whoever waits for the outcome without one.
template <class Action>
void connector::proceed(Action action) {
  try {
    action();
  } catch (...) {
    finish(of_current_exception());
    throw;
  }
}

void connector::abandon_attempt() noexcept {
  ++step_;
  timer_.cancel();
  const stream_socket closes(socket_.release());
}

void connector::finish(outcome result) {
  lookup_.reset();
  abandon_attempt();
  // The handler may cancel, and drop what it lives in: it is called from here, not from the member.
  if (const auto on_outcome = std::exchange(on_outcome_, nullptr)) on_outcome(std::move(result));
}

}  // namespace serf::transport
