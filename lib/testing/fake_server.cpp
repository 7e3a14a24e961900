#include "testing/fake_server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include "testing/answered_commands.hpp"
#include "testing/fake_conversation.hpp"

namespace serf::testing {
namespace {

// Signals are for the threads of the test.
template <class Function>
std::thread start_without_signals(Function function) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread result(std::move(function));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

}  // namespace

fake_server::fake_server(const fake_agent_options& options, agent_commands* commands)
    : state_(options),
      listener_(options.address_, options.port_),
      listener_host_(listener_.host()),
      listener_port_(listener_.port()) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  wake_read_ = ends[0];
  wake_write_ = ends[1];
  if (commands) {
    state_.commands = [this, commands](const fake_header& header, const fake_body& body) {
      return ask_commands(*commands, header, body);
    };
  }
  thread_ = start_without_signals([this] { run(); });
}

fake_server::~fake_server() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    wake();
  }
  thread_.join();
  ::close(wake_read_);
  ::close(wake_write_);
}

void fake_server::wake() const {
  const char byte = 0;  // a full pipe wakes as well
  static_cast<void>(::write(wake_write_, &byte, 1) == 1);
}

void fake_server::drain_wakes() const {
  char buffer[256];
  while (::read(wake_read_, buffer, sizeof buffer) > 0) {
  }
}

void fake_server::set_listening(bool wanted) {
  std::unique_lock<std::mutex> lock(mutex_);
  state_.listening = wanted;
  wait_for_thread(lock, [&] { return listener_failure_ || listener_.listening() == wanted; });
  if (auto failure = std::exchange(listener_failure_, nullptr)) std::rethrow_exception(failure);
}

void fake_server::end_connections(fake_end how) {
  std::unique_lock<std::mutex> lock(mutex_);
  end_all_ = how;
  wait_for_thread(lock, [&] { return end_all_ == fake_end::none; });
}

void fake_server::restart(std::optional<std::string> key) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (key) state_.auth_key = std::move(*key);
  restarting_ = true;
  end_all_ = fake_end::close;
  wait_for_thread(lock, [&] { return !restarting_; });
  if (auto failure = std::exchange(listener_failure_, nullptr)) std::rethrow_exception(failure);
}

void fake_server::release_held() {
  std::unique_lock<std::mutex> lock(mutex_);
  releasing_ = true;
  wait_for_thread(lock, [&] { return !releasing_; });
}

// Others may change the state meanwhile, but not the connections: only this thread removes them.
std::optional<fake_reply> fake_server::ask_commands(agent_commands& commands,
                                                    const fake_header& header,
                                                    const fake_body& body) {
  lock_of_thread_->unlock();
  auto reply = answered_by(commands, header, body);
  lock_of_thread_->lock();
  return reply;
}

void fake_server::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  lock_of_thread_ = &lock;
  while (!stopping_) {
    settle();
    changed_.notify_all();
    watch();
    const int milliseconds = timeout();
    lock.unlock();
    ::poll(watched_.data(), watched_.size(), milliseconds);
    lock.lock();
    drain_wakes();
    if (state_.frozen) continue;
    accept_waiting();
    // Only this thread adds and removes connections, and not since watch().
    for (std::size_t i = 0; i < watched_connections_.size(); ++i) {
      serve(*watched_connections_[i], watched_[i + 2].revents);
    }
  }
  state_.connections.clear();
}

// What follows from the state alone: from what others changed and from what has arrived.
void fake_server::settle() {
  more_to_answer_ = false;
  if (std::exchange(releasing_, false)) {
    state_.script.stop_holding();
    for (const auto& one : state_.connections) serf::testing::release_held(state_, *one);
  }
  if (!state_.frozen) {
    state_.pass_time();
    for (const auto& one : state_.connections) converse(state_, *one);
  }
  // Before anybody hears that the agent has left: nobody connects to it then.
  settle_listener();
  end_all();
  if (!state_.frozen) {
    for (const auto& one : state_.connections) send_and_end(*one);
  }
  auto& all = state_.connections;
  all.erase(
      std::remove_if(all.begin(), all.end(), [](const auto& one) { return one->wire.ended(); }),
      all.end());
}

void fake_server::settle_listener() {
  if (listener_failure_ || state_.listening == listener_.listening()) return;
  try {
    if (state_.listening) {
      listener_.listen();
    } else {
      if (!state_.gone) accept_waiting();  // or the kernel resets who is connected already
      listener_.refuse();
    }
  } catch (const std::exception&) {
    listener_failure_ = std::current_exception();
  }
}

void fake_server::end_all() {
  const auto how = std::exchange(end_all_, fake_end::none);
  if (how == fake_end::none) return;
  accept_waiting();  // to their peers these are connected
  for (const auto& one : state_.connections) {
    if (how == fake_end::close) {
      while (one->wire.read() > 0) {  // a socket that closes with bytes unread sends RST
      }
      if (!state_.frozen) one->wire.write(nullptr);
    }
    one->wire.end_now(how);
  }
  if (restarting_) start_again();
}

void fake_server::start_again() {
  state_.start_again();
  settle_listener();
  restarting_ = false;
}

void fake_server::send_and_end(fake_connection& connection) {
  auto& wire = connection.wire;
  const bool was_congested = wire.congested();
  wire.write(pause());
  if (was_congested) {  // requests may have waited for this
    more_to_answer_ = more_to_answer_ || !wire.congested();
    return;
  }
  // A peer that has closed is answered what it asked for before; it will not wait for a release.
  if (wire.at_end()) wire.end_after_sending(fake_end::close);
  if (wire.due_to_end()) wire.end_now(wire.ending());
}

void fake_server::accept_waiting() {
  for (int descriptor = listener_.accept(); descriptor >= 0; descriptor = listener_.accept()) {
    auto connection = std::make_unique<fake_connection>(++state_.accepted, descriptor);
    if (state_.to_turn_away > 0) {
      --state_.to_turn_away;
      connection->wire.end_now(fake_end::reset);
      continue;
    }
    connection->peer = peer_of(descriptor);
    state_.log("INFO", "agent.ipc: Accepted client: " + connection->peer);
    connection->wire.send(state_.greeting);
    state_.connections.push_back(std::move(connection));
  }
}

void fake_server::watch() {
  watched_.assign({pollfd{wake_read_, POLLIN, 0}, pollfd{-1, POLLIN, 0}});
  watched_connections_.clear();
  if (state_.frozen) return;
  if (listener_.listening()) watched_[1].fd = listener_.descriptor();
  for (const auto& one : state_.connections) {
    const auto& wire = one->wire;
    short events = 0;
    if (!state_.never_read && !wire.at_end() && !wire.congested() &&
        wire.ending() == fake_end::none) {
      events = static_cast<short>(events | POLLIN);
    }
    if (wire.unsent() && fake_wire::clock::now() >= wire.next_write()) {
      events = static_cast<short>(events | POLLOUT);
    }
    watched_.push_back({wire.descriptor(), events, 0});
    watched_connections_.push_back(one.get());
  }
}

int fake_server::timeout() const {
  using clock = fake_clock::clock;
  if (state_.frozen) return -1;
  if (more_to_answer_) return 0;
  auto next = state_.clock.manual() ? clock::time_point::max() : state_.next_due();
  const auto now = clock::now();
  for (const auto& one : state_.connections) {
    if (one->wire.unsent() && one->wire.next_write() > now) {
      next = std::min(next, one->wire.next_write());
    }
    if (one->wire.ending() != fake_end::none && one->wire.earliest_end() > now) {
      next = std::min(next, one->wire.earliest_end());
    }
  }
  if (next == clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
  constexpr decltype(left) longest = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, longest));
}

void fake_server::serve(fake_connection& connection, short events) {
  auto& wire = connection.wire;
  if ((events & POLLIN) != 0) {
    state_.bytes_received += wire.read();
  } else if ((events & (POLLERR | POLLHUP)) != 0) {
    wire.end_now(fake_end::close);
  }
}

const std::chrono::milliseconds* fake_server::pause() const {
  return state_.pause ? &*state_.pause : nullptr;
}

}  // namespace serf::testing
