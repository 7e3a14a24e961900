// Gets a thousand signals a second, while its connection is reset again and again: signalled
// <address>.
#include <sys/time.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>

#include <serf/client.hpp>

#include "guest.hpp"

namespace {

using namespace std::chrono_literals;
using guest::expect;

thread_local bool is_the_applications = false;
std::atomic<int> alarms{0}, strays{0}, pipes{0};

void on_alarm(int) {
  ++alarms;
  if (!is_the_applications) ++strays;
}
void on_pipe(int) { ++pipes; }

void take(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // without SA_RESTART: what waits is interrupted
  expect(::sigaction(number, &action, nullptr) == 0, "a signal handler");
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 2, "one argument");
  is_the_applications = true;
  take(SIGALRM, on_alarm);
  take(SIGPIPE, on_pipe);
  sigset_t blocked_before, blocked_after;
  expect(::pthread_sigmask(SIG_SETMASK, nullptr, &blocked_before) == 0, "a mask");
  const itimerval every_ms{{0, 1000}, {0, 1000}};
  expect(::setitimer(ITIMER_REAL, &every_ms, nullptr) == 0, "a timer");

  int answered = 0, lost = 0, odd = 0;
  {
    serf::client client{
        serf::client_options(arguments[1])
            .reconnect(serf::reconnect_options().initial_delay(1ms).max_delay(5ms))};
    auto stream = client.stream("user").get();
    const auto handled = client.subscribe("user", [](const serf::event&) { ::raise(0); });
    const auto ticking = client.every(1ms, [] {});
    const auto working = client.spawn([](serf::stop_token stop) {
      is_the_applications = false;  // this thread is the client's, too
      stop.wait();
    });
    const auto until = std::chrono::steady_clock::now() + 60s;
    while ((answered < 500 || lost < 5 || alarms < 500) &&
           std::chrono::steady_clock::now() < until) {
      try {
        client.event("deploy", "v1").get();
        ++answered;
        stream.next_for(1ms);
      } catch (const serf::connection_error&) {
        ++lost;
      } catch (const serf::error& why) {
        std::fprintf(stderr, "%s\n", why.what());
        ++odd;
      }
    }
  }
  expect(::pthread_sigmask(SIG_SETMASK, nullptr, &blocked_after) == 0, "a mask");
  for (int each = 1; each < 32; ++each) {
    expect(::sigismember(&blocked_before, each) == ::sigismember(&blocked_after, each),
           "the application's own mask is as it was");
  }
  std::printf("%d calls answered, %d lost, %d signals\n", answered, lost, alarms.load());
  expect(answered >= 500 && lost >= 5 && alarms >= 500, "calls, losses and signals in plenty");
  expect(odd == 0, "no call fails for the signals");
  expect(strays == 0, "no signal is delivered to a thread of the client");
  expect(pipes == 0, "there is no SIGPIPE");
  return 0;
}
