// Its wall clock jumps by a day, both ways: stepping_clock <address>, of an agent that does not
// answer.
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <atomic>
#include <ctime>
#include <string>
#include <thread>

#include <serf/client.hpp>

#include "guest.hpp"

namespace {

using namespace std::chrono_literals;
using guest::expect;

std::atomic<long> offset{0};  // of the wall clock, in seconds
std::atomic<int> waits_by_wall_clock{0};

int system_time(clockid_t which, timespec* into) {
  return static_cast<int>(::syscall(SYS_clock_gettime, which, into));
}

}  // namespace

GUEST_IN_PLACE_OF_LIBC int clock_gettime(clockid_t which, timespec* into) noexcept {
  const int outcome = system_time(which, into);
  if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE) into->tv_sec += offset;
  return outcome;
}
GUEST_IN_PLACE_OF_LIBC int gettimeofday(timeval* into, void*) noexcept {
  timespec now{};
  system_time(CLOCK_REALTIME, &now);
  into->tv_sec = now.tv_sec + offset;
  into->tv_usec = now.tv_nsec / 1000;
  return 0;
}
GUEST_IN_PLACE_OF_LIBC time_t time(time_t* into) noexcept {
  timeval now{};
  ::gettimeofday(&now, nullptr);
  if (into != nullptr) *into = now.tv_sec;
  return now.tv_sec;
}

#if !defined(SERF_WITH_THREAD_SANITIZER) && !defined(SERF_WITH_ADDRESS_SANITIZER)
// The one way of waiting that goes by the wall clock and is not asked for the time here.
// (Sanitizers have one of their own.)
GUEST_IN_PLACE_OF_LIBC int pthread_cond_timedwait(pthread_cond_t* what, pthread_mutex_t* lock,
                                                  const timespec* until) noexcept(false) {
  ++waits_by_wall_clock;
  return ::pthread_cond_clockwait(what, lock, CLOCK_REALTIME, until);
}
#endif

namespace {

using clock = std::chrono::steady_clock;

// What takes 400 ms by its deadline, and meanwhile the clock jumps.
template <class Wait>
void expect_on_time(const char* what, long jump, Wait wait) {
  const auto begin = clock::now();
  std::thread jumps([&] {
    std::this_thread::sleep_until(begin + 100ms);
    offset += jump;
  });
  wait();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - begin);
  jumps.join();
  expect(took >= 400ms && took < 5s, what + (" takes ms: " + std::to_string(took.count())));
}

void expect_all_on_time(serf::client& client, serf::event_stream& stream, long jump) {
  expect_on_time("a call", jump, [&] {
    try {
      client.stats(400ms).get();
      expect(false, "the agent does not answer");
    } catch (const serf::timeout_error&) {
    }
  });
  expect_on_time("a call over another connection", jump, [&] {
    try {
      client.force_leave("nobody", {}, 400ms).get();
      expect(false, "the agent does not answer");
    } catch (const serf::timeout_error&) {
    }
  });
  expect_on_time("a stream", jump, [&] { expect(!stream.next_for(400ms), "nothing comes"); });
  expect_on_time("a task", jump,
                 [&] { client.spawn([](serf::stop_token stop) { stop.wait_for(400ms); }).join(); });
  expect_on_time("an interval", jump, [&] {
    std::promise<void> came;
    auto ticking = client.every(400ms, [&](serf::subscription_ref self) {
      came.set_value();
      self.cancel();
    });
    came.get_future().get();
  });
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 2, "one argument");
  const auto before = std::chrono::system_clock::now();
  offset = 86'400;
  const auto step = std::chrono::system_clock::now() - before;
  expect(step > 23h && step < 25h, "the wall clock of this program can be moved");
  offset = 0;

  serf::client client{serf::client_options(arguments[1])};
  auto stream = client.stream("user").get();
  expect_all_on_time(client, stream, 86'400);
  expect_all_on_time(client, stream, -86'400);
  expect(client.state() == serf::connection_state::ready, "the connection has stood it");
  expect(waits_by_wall_clock == 0, "nothing waits by the wall clock");
  return 0;
}
