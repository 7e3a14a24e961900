#include "support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <future>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "support/deadline.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

// The kernel ends a child with PR_SET_PDEATHSIG when the *thread* that forked it ends. So one
// thread, which lives as long as the process, forks them all.
class forking_thread {
 public:
  static forking_thread& instance() {
    static auto* const only = new forking_thread;  // never destroyed: its thread is never joined
    return *only;
  }

  pid_t run(std::function<pid_t()> fork_one) {
    std::packaged_task<pid_t()> task(std::move(fork_one));
    auto pid = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
    return pid.get();
  }

 private:
  forking_thread() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([this] { loop(); }).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void loop() {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !tasks_.empty(); });
      auto task = std::move(tasks_.front());
      tasks_.erase(tasks_.begin());
      lock.unlock();
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::packaged_task<pid_t()>> tasks_;
};

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& changes) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    bool changed = false;
    for (const auto& change : changes) changed |= text.rfind(change.first + "=", 0) == 0;
    if (!changed) all.push_back(text);
  }
  for (const auto& [name, value] : changes) {
    if (!value.empty()) all.push_back(name + "=" + value);
  }
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What the child needs, ready before the fork: afterwards only async-signal-safe calls are allowed.
struct child_image {
  const char* file;
  char** arguments;
  char** environment;
  int in, out, err, failure;
  pid_t parent;
};

[[noreturn]] void give_up(int report) {
  const int reason = errno;
  [[maybe_unused]] const auto written = ::write(report, &reason, sizeof reason);
  _exit(127);
}

[[noreturn]] void become(const child_image& image) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != image.parent) _exit(127);  // the parent died before the line above
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &usual, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);

  // First out of the way of 0 to 4, so that no dup2 overwrites what a later one reads.
  int wanted[] = {image.in, image.out, image.err, image.failure};
  for (int& descriptor : wanted) {
    descriptor = ::fcntl(descriptor, F_DUPFD, 10);
    if (descriptor < 0) give_up(image.failure);
  }
  for (int target = 0; target < 4; ++target) {
    if (::dup2(wanted[target], target) < 0) give_up(wanted[3]);
  }
  ::fcntl(3, F_SETFD, FD_CLOEXEC);
  if (::syscall(SYS_close_range, 4U, ~0U, 0U) != 0) {
    for (int descriptor = 4; descriptor < 4096; ++descriptor) ::close(descriptor);
  }
  ::execve(image.file, image.arguments, image.environment);
  give_up(3);
}

class descriptor {
 public:
  explicit descriptor(int value) : value_(value) {}
  ~descriptor() { reset(); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const { return value_; }
  void reset() {
    if (value_ >= 0) ::close(value_);
    value_ = -1;
  }

 private:
  int value_;
};

pid_t start(const launch& what) {
  std::vector<std::string> argument_texts{what.file};
  argument_texts.insert(argument_texts.end(), what.arguments.begin(), what.arguments.end());
  auto environment_texts = environment_with(what.environment);
  auto arguments = pointers_to(argument_texts);
  auto environment = pointers_to(environment_texts);

  int ends[2];
  const descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (null.get() < 0 || ::pipe2(ends, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "starting " + what.file);
  }
  const descriptor outcome(ends[0]);
  descriptor report(ends[1]);

  const child_image image{what.file.c_str(),
                          arguments.data(),
                          environment.data(),
                          null.get(),
                          what.out < 0 ? null.get() : what.out,
                          what.err < 0 ? null.get() : what.err,
                          report.get(),
                          ::getpid()};
  const pid_t pid = forking_thread::instance().run([&image] {
    const pid_t child = ::fork();
    if (child == 0) become(image);
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    return child;
  });
  report.reset();

  int reason = 0;  // the pipe closes when the program runs, and carries an errno when it cannot
  ssize_t got;
  do {
    got = ::read(outcome.get(), &reason, sizeof reason);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    ::waitpid(pid, nullptr, 0);
    throw std::runtime_error("cannot run " + what.file + ": " + std::strerror(reason));
  }
  return pid;
}

}  // namespace

child_process::child_process(const launch& what) : pid_(start(what)) {}

child_process::~child_process() { kill(); }

std::optional<int> child_process::status() {
  int now = 0;
  if (!status_ && ::waitpid(pid_, &now, WNOHANG) == pid_) status_ = now;
  return status_;
}

bool child_process::alive() {
  const std::lock_guard lock(mutex_);
  return !status();
}

void child_process::signal(int number) {
  const std::lock_guard lock(mutex_);
  if (!status()) ::kill(pid_, number);
}

void child_process::signal_and_await(int number, int option, int code) {
  if (status()) throw std::runtime_error("process " + std::to_string(pid_) + " has ended");
  ::kill(pid_, number);
  const bool seen = wait_until(
      [&] {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &info, option | WNOHANG) == 0 &&
               info.si_code == code;
      },
      10s);
  if (!seen) throw std::runtime_error("process " + std::to_string(pid_) + " ignores a signal");
}

void child_process::freeze() {
  const std::lock_guard lock(mutex_);
  if (frozen_) return;
  signal_and_await(SIGSTOP, WSTOPPED, CLD_STOPPED);
  frozen_ = true;
}

void child_process::thaw() {
  const std::lock_guard lock(mutex_);
  if (!frozen_) return;
  signal_and_await(SIGCONT, WCONTINUED, CLD_CONTINUED);
  frozen_ = false;
}

void child_process::kill() {
  const std::lock_guard lock(mutex_);
  if (status()) return;
  ::kill(pid_, SIGKILL);  // ends a stopped process too
  int now = 0;
  while (::waitpid(pid_, &now, 0) < 0 && errno == EINTR) {
  }
  status_ = now;
}

std::optional<int> child_process::wait_for_exit(std::chrono::milliseconds timeout) {
  std::optional<int> ended;
  wait_until(
      [&] {
        const std::lock_guard lock(mutex_);
        ended = status();
        return ended.has_value();
      },
      timeout);
  return ended;
}

}  // namespace serf::testing
