#pragma once

#include <csignal>

namespace serf {

// Blocks signals on the calling thread for a scope. A thread started within inherits that, so that
// the application's signal handlers never run on it. Those that a fault of the thread itself raises
// stay: blocked, they would end the process without its crash handler.
class blocked_signals {
 public:
  blocked_signals() noexcept {
    sigset_t blocked;
    ::sigfillset(&blocked);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
      ::sigdelset(&blocked, fault);
    }
    ::pthread_sigmask(SIG_SETMASK, &blocked, &before_);
  }
  ~blocked_signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  blocked_signals(const blocked_signals&) = delete;
  blocked_signals& operator=(const blocked_signals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace serf
