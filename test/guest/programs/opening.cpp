// Opens clients one after the other, and looks for what they leave behind: opening <address>.
#include <malloc.h>

#include <algorithm>
#include <string>

#include <serf/client.hpp>

#include "guest.hpp"

namespace {

using namespace std::chrono_literals;
using guest::expect;

void use_one(const char* address, int number) {
  serf::client client{serf::client_options(address)};
  if (number % 3 == 0) return;  // while it connects
  client.members().get();
  if (number % 3 == 1) return;
  const auto stream = client.stream("user").get();
  const auto handled = client.subscribe("user", [](const serf::event&) {});
  const auto ticking = client.every(1h, [] {});
  const auto working = client.spawn([](serf::stop_token stop) { stop.wait(); });
  client.force_leave("nobody").get();
  const auto dropped = client.members();  // still in flight at the end
}

// One that was joined may still be on its way out of the kernel's list.
void expect_one_thread() {
  for (int i = 0; guest::threads() != 1; ++i) {
    expect(i < 10'000, "no thread is left: " + std::to_string(guest::threads()));
    ::usleep(1000);
  }
}

// Without what sanitizers put in between.
long bytes() {
#if defined(SERF_WITH_ADDRESS_SANITIZER) || defined(SERF_WITH_THREAD_SANITIZER)
  return 0;
#else
  ::malloc_trim(0);
  const auto all = ::mallinfo2();
  return static_cast<long>(all.uordblks + all.hblkhd);
#endif
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 2, "one argument");
  for (int i = 0; i < 50; ++i) use_one(arguments[1], i);
  expect_one_thread();
  const auto descriptors = guest::descriptors();
  // What is lost with a client is lost with each. What comes and goes with threads that are about
  // to end is not: of four times that many clients, one can do without.
  constexpr long batch = 250;
  long least = batch;
  for (int i = 0; i < 4; ++i) {
    const long held = bytes();
    for (int each = 0; each < batch; ++each) use_one(arguments[1], each);
    expect_one_thread();
    const long more = bytes() - held;
    std::printf("%ld bytes more after %ld clients\n", more, batch);
    least = std::min(least, more);
  }
  expect(least < batch, "less than a byte a client is left");
  expect(guest::descriptors() == descriptors, "no descriptor is left");
  return 0;
}
