#include "testing/replay_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

namespace serf::testing {
namespace {

using clock = replay_connection::clock;

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

int milliseconds_until(clock::time_point when) {
  if (when == clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - clock::now()).count();
  return static_cast<int>(
      std::clamp<std::chrono::milliseconds::rep>(left, 0, std::numeric_limits<int>::max()));
}

}  // namespace

replay_server::replay_server(recorded_session session, const replay_options& options)
    : session_(std::move(session)),
      options_(options),
      listener_(options.address(), options.port()) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  wake_read_ = ends[0];
  wake_write_ = ends[1];
  thread_ = start_without_signals([this] { run(); });
}

replay_server::~replay_server() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  ::close(wake_write_);  // which wakes
  thread_.join();
  ::close(wake_read_);
}

std::string replay_server::address() const {
  const bool v6 = listener_.host().find(':') != std::string::npos;
  return (v6 ? "[" + listener_.host() + "]" : listener_.host()) + ":" +
         std::to_string(listener_.port());
}

bool replay_server::wait_done(std::chrono::milliseconds timeout) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, timeout, [this] { return mismatch_ || is_done(); });
  return !mismatch_ && is_done();
}

std::optional<std::string> replay_server::mismatch() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return mismatch_;
}

std::string replay_server::outstanding() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (mismatch_) return *mismatch_;
  for (const auto& each : connections_) {
    if (auto rest = each.outstanding(); !rest.empty()) return rest;
  }
  if (connections_.size() == session_.connections.size()) return "";
  const auto& next = session_.connections[connections_.size()];
  return "connection " + std::to_string(next.number) + " has not been opened";
}

bool replay_server::is_done() const {
  return connections_.size() == session_.connections.size() &&
         std::all_of(connections_.begin(), connections_.end(),
                     [](const auto& each) { return each.outstanding().empty(); });
}

void replay_server::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  std::vector<pollfd> watched;
  while (!stopping_) {
    watched = {{wake_read_, POLLIN, 0}, {listener_.descriptor(), POLLIN, 0}};
    auto due = clock::time_point::max();
    for (const auto& each : connections_) {
      if (each.descriptor() < 0) continue;
      const auto writes = each.wants_to_write() ? POLLOUT : 0;
      watched.push_back({each.descriptor(), static_cast<short>(POLLIN | writes), 0});
      due = std::min(due, each.due());
    }
    lock.unlock();
    ::poll(watched.data(), watched.size(), milliseconds_until(due));
    lock.lock();
    accept_waiting();
    serve();
    changed_.notify_all();
  }
  end_all();
}

void replay_server::accept_waiting() {
  for (int accepted = listener_.accept(); accepted >= 0; accepted = listener_.accept()) {
    const std::size_t number = connections_.size();
    if (mismatch_ || number >= session_.connections.size()) {
      ::close(accepted);
      if (!mismatch_) {
        mismatch_ = "the client opened a connection more than the " + std::to_string(number) +
                    " that were recorded";
      }
      end_all();
    } else {
      connections_.emplace_back(accepted, session_.connections[number], options_.pace());
    }
  }
}

void replay_server::serve() {
  for (auto& each : connections_) {
    auto differs = each.proceed(session_.file);
    if (!differs) continue;
    if (!mismatch_) mismatch_ = std::move(differs);
    return end_all();
  }
}

void replay_server::end_all() {
  for (auto& each : connections_) each.end();
}

}  // namespace serf::testing
