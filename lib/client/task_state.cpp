#include "client/task_state.hpp"

#include <pthread.h>

#include <utility>

#include "session/deadline_queue.hpp"
#include "vocabulary/blocked_signals.hpp"
#include "vocabulary/duration_text.hpp"

namespace serf {

task_state::task_state(basic_handler<stop_token> function, delivery::delivery_thread::mailbox mail,
                       log written, std::chrono::nanoseconds patience)
    : mail_(std::move(mail)),
      patience_(patience),
      function_(std::move(function)),
      log_(std::move(written)) {}

task_state::~task_state() = default;

void task_state::start() {
  const blocked_signals blocked;
  std::thread started;
  try {
    started = std::thread([self = shared_from_this()] { self->run(); });
  } catch (...) {
    end();
    throw;
  }
  // Whoever waits for it waits for its end as such: the last one to wait may be its own function.
  started.detach();
}

void task_state::end() {
  log written;  // the application's sink behind it is let go of here, without the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  std::swap(written, log_);
  thread_ = {};  // another thread may get it
  ended_ = true;
  changed_.notify_all();
}

void task_state::run() noexcept {
  ::pthread_setname_np(::pthread_self(), "serf-task");
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    thread_ = std::this_thread::get_id();
  }
  try {
    (*function_)(stop_token(shared_from_this()));
  } catch (const error& thrown) {
    // A call that the end of the client has cut short is how many a task ends.
    const bool is_end = thrown.failure().code == errc::client_closed && stop_requested();
    if (!is_end) report(thrown.what());
  } catch (const std::exception& thrown) {
    report(thrown.what());
  } catch (...) {
    report("an exception that is no std::exception");
  }
  function_.reset();  // what it has captured is the user's, too: gone before the task has ended
  end();
}

// Inside a handler for the exception.
void task_state::report(const char* what) noexcept {
  try {
    mail_.report({"a task", what, std::current_exception()});
  } catch (...) {
    // No memory to report it.
  }
}

void task_state::request_stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stop_ = true;
  changed_.notify_all();
}

bool task_state::stop_requested() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stop_;
}

bool task_state::wait_for_stop(std::chrono::nanoseconds time) const {
  const auto until = session::after(std::chrono::steady_clock::now(), time);
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_until(lock, until, [this] { return stop_; });
}

void task_state::wait_for_stop() const {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return stop_; });
}

bool task_state::ended() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ended_;
}

bool task_state::would_deadlock() const { return mail_.is_current() || runs_here(); }

bool task_state::runs_here() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return thread_ == std::this_thread::get_id();
}

void task_state::wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto has_ended = [this] { return ended_; };
  const bool soon =
      patience_.count() == 0 ||
      changed_.wait_until(lock, session::after(std::chrono::steady_clock::now(), patience_),
                          has_ended);
  if (!soon) {
    const log written = log_;
    lock.unlock();
    written.write(log_level::warn, "a task has been waited for for " + duration_text(patience_) +
                                       "; it was asked to end: does it look at its stop_token?");
    lock.lock();
  }
  changed_.wait(lock, has_ended);
}

namespace {

// In a forked child there is no thread of the task: it has ended, and all of it is leaked.
bool is_live(const std::shared_ptr<task_state>& state) noexcept {
  return state && state->is_here();
}
void leak_if_forked(std::shared_ptr<task_state>& state) noexcept {
  if (state && !state->is_here()) leak(state);
}

}  // namespace

stop_token::stop_token(std::shared_ptr<task_state> state) noexcept : state_(std::move(state)) {}
stop_token::~stop_token() { leak_if_forked(state_); }
stop_token::stop_token(const stop_token& other) noexcept = default;
stop_token& stop_token::operator=(const stop_token& other) noexcept {
  if (this != &other) {
    leak_if_forked(state_);
    state_ = other.state_;
  }
  return *this;
}
bool stop_token::stop_requested() const noexcept {
  return !is_live(state_) || state_->stop_requested();
}
bool stop_token::wait_for(duration time) const {
  return !is_live(state_) || state_->wait_for_stop(time);
}
void stop_token::wait() const {
  if (is_live(state_)) state_->wait_for_stop();
}

task::task() noexcept = default;
task::task(std::shared_ptr<task_state> state) noexcept : state_(std::move(state)) {}
task::~task() {
  cancel();
  leak_if_forked(state_);
}
task::task(task&& other) noexcept = default;
task& task::operator=(task&& other) noexcept {
  if (this != &other) {
    cancel();
    leak_if_forked(state_);
    state_ = std::move(other.state_);
  }
  return *this;
}

void task::cancel() noexcept {
  if (const auto state = state_; is_live(state)) {
    state->request_stop();
    if (!state->would_deadlock()) state->wait();
  }
}
void task::request_cancel() noexcept {
  if (is_live(state_)) state_->request_stop();
}
void task::join() {
  const auto state = state_;
  if (state && !state->is_here()) raise(forked("join"));
  if (!state || state->ended()) return;
  if (state->would_deadlock()) {
    raise({errc::would_deadlock,
           "joining a task from inside it, or in a handler of its client: the task may be waiting "
           "for this very thread"});
  }
  state->wait();
}
bool task::running() const noexcept { return is_live(state_) && !state_->ended(); }

}  // namespace serf
