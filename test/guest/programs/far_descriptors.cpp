// Has 2,000 descriptors open before its client: far_descriptors <address>.
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <serf/client.hpp>

#include "guest.hpp"

int main(int count, char** arguments) {
  using namespace std::chrono_literals;
  using guest::expect;
  expect(count == 2, "one argument");
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  expect(limit.rlim_max >= 3000, "the hard limit on descriptors is high enough for this");
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  expect(::setrlimit(RLIMIT_NOFILE, &limit) == 0, "more descriptors");
  for (int i = 0; i < 2000; ++i) expect(::fcntl(0, F_DUPFD_CLOEXEC, 0) >= 0, "a descriptor");

  serf::client client{serf::client_options(arguments[1])};
  expect(!client.members().get().empty(), "members");
  client.force_leave("nobody").get();
  static_cast<void>(client.members(serf::member_filter().name(serf::regex("n.*"))).get());
  auto stream = client.stream("user:deploy").get();
  const int ready = stream.native_handle();
  expect(ready > 1024, "the stream's descriptor is a high one");
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event what{};
  what.events = EPOLLIN;
  expect(::epoll_ctl(set, EPOLL_CTL_ADD, ready, &what) == 0, "epoll takes it");

  pollfd on{ready, POLLIN, 0};
  expect(::poll(&on, 1, 0) == 0, "nothing waits");
  client.event("deploy", "v1").get();
  expect(::poll(&on, 1, 20'000) == 1 && ::epoll_wait(set, &what, 1, 20'000) == 1, "both wake");
  expect(stream.try_next().has_value(), "an event");
  expect(::poll(&on, 1, 0) == 0, "nothing waits");
  client.close();
  expect(::poll(&on, 1, 20'000) == 1 && stream.end(), "the end wakes");
  return 0;
}
