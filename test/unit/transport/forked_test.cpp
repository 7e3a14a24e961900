// What a forked child does with the descriptors that it has inherited.
#include <dirent.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "listener.hpp"
#include "recorder.hpp"
#include "transport/io_loop.hpp"

namespace serf::transport::testing {

namespace {

std::set<int> open_descriptors() {
  std::set<int> found;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (const dirent* const each = ::readdir(folder)) {
    if (each->d_name[0] != '.') found.insert(std::stoi(each->d_name));
  }
  found.erase(::dirfd(folder));
  ::closedir(folder);
  return found;
}

// Whether the body held in a child.
bool holds_in_a_child(const std::function<bool()>& body) {
  const pid_t child = checked(::fork(), "fork");
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(abandoned_io_thread, has_no_descriptor_left_in_the_child_and_works_in_the_parent) {
  listener agent;
  recorder events;
  const auto before = open_descriptors();
  const auto io = start_io_thread();
  auto made = io->make_link(events);
  run_on(*io, [&] { made->open(agent.target()); });
  ASSERT_TRUE(eventually([&] { return made->native_handle() != -1; }));
  peer accepted = agent.accept();

  EXPECT_TRUE(holds_in_a_child([&] {
    ::close(accepted.get());
    io->abandon();
    io->abandon();
    return open_descriptors() == before;
  }));

  EXPECT_EQ(made->send("hello", 5).sent, 5u);
  EXPECT_EQ(accepted.receive(5), "hello");
  run_on(*io, [&] { made.reset(); });
  EXPECT_TRUE(accepted.at_end());
}

TEST(abandoned_io_thread, leaves_alone_what_the_child_has_opened_in_place_of_its_descriptors) {
  const auto before = open_descriptors();
  const auto io = start_io_thread();
  EXPECT_TRUE(holds_in_a_child([&] {
    for (const int each : open_descriptors()) {
      if (before.count(each) == 0) ::close(each);
    }
    io_loop fresh({});  // gets the same numbers
    const auto inside = open_descriptors();
    io->abandon();
    const bool all_there = open_descriptors() == inside;
    fresh.abandon();
    return all_there && open_descriptors() == before;
  }));
}

// An epoll goes on to watch what has been closed under its number, but is open under another.
TEST(abandoned_io_thread, is_not_taken_for_an_epoll_that_watches_what_had_its_numbers) {
  const int other = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  std::vector<int> numbers, copies;
  for (int i = 0; i < 16; ++i) {
    numbers.push_back(checked(::eventfd(0, EFD_CLOEXEC), "eventfd"));
    copies.push_back(checked(::fcntl(numbers.back(), F_DUPFD_CLOEXEC, 200), "fcntl"));
    epoll_event interest{};
    interest.events = EPOLLIN;
    checked(::epoll_ctl(other, EPOLL_CTL_ADD, numbers.back(), &interest), "epoll_ctl");
  }
  for (const int each : numbers) ::close(each);
  const auto io = start_io_thread();
  EXPECT_TRUE(holds_in_a_child([&] {
    io->abandon();
    return ::fcntl(other, F_GETFD) != -1;
  }));
  for (const int each : copies) ::close(each);
  ::close(other);
}

}  // namespace

}  // namespace serf::transport::testing
