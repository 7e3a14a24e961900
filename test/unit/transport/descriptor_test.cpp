#include <dirent.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include <algorithm>

#include "listener.hpp"
#include "name_service.hpp"
#include "recorder.hpp"
#include "scarcity.hpp"

namespace serf::transport::testing {

namespace {

int option(int socket, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  checked(::getsockopt(socket, level, name, &value, &size), "getsockopt");
  return value;
}

int open_descriptors() {
  DIR* const folder = ::opendir("/proc/self/fd");
  int count = 0;
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

TEST_F(tcp_link, has_a_descriptor_while_connected) {
  EXPECT_EQ(link_->native_handle(), -1);
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  const int socket = link_->native_handle();
  ASSERT_NE(socket, -1);
  EXPECT_EQ(::fcntl(socket, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(::fcntl(socket, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option(socket, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_THAT(link_->local_address(), ::testing::MatchesRegex("127\\.0\\.0\\.1:[0-9]+"));
  EXPECT_EQ(link_->remote_address(), "127.0.0.1:" + std::to_string(agent.target().port));
  run_on(*io_, [&] { link_->close(); });
  EXPECT_EQ(link_->native_handle(), -1);
  EXPECT_EQ(::fcntl(socket, F_GETFD), -1);
  EXPECT_EQ(link_->local_address(), "");
  EXPECT_EQ(link_->remote_address(), "");
}

TEST(io_thread, passes_no_descriptor_on_over_exec) {
  const auto io = start_io_thread();
  DIR* const folder = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(folder)) {
    char target[64] = "";
    if (::readlinkat(::dirfd(folder), entry->d_name, target, sizeof target - 1) == -1) continue;
    if (std::string(target).find("anon_inode:") != 0) continue;  // epoll, its event and timer
    EXPECT_EQ(::fcntl(std::stoi(entry->d_name), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC) << target;
  }
  ::closedir(folder);
}

TEST_F(tcp_link, works_with_descriptors_beyond_those_of_select) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit before = limit;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 2000);
  ASSERT_GE(limit.rlim_cur, 1500u) << "the hard limit on descriptors is too low for this test";
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<stream_socket> fillers;
  listener agent;
  do {
    fillers.emplace_back(checked(::fcntl(0, F_DUPFD_CLOEXEC, 0), "dup"));
  } while (fillers.back().get() < 1100);

  ASSERT_TRUE(connected(agent.target()));
  EXPECT_GT(link_->native_handle(), 1024);
  peer accepted = agent.accept();
  accepted.send("far up");
  EXPECT_TRUE(eventually([&] { return events_.received() == "far up"; }));
  fillers.clear();
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(io_thread, does_not_start_without_descriptors) {
  const scarcity no_more;
  EXPECT_THROW(start_io_thread(), std::system_error);
}

TEST_F(tcp_link, says_that_descriptors_have_run_out) {
  const closed_port nobody;
  const scarcity no_more;
  open(nobody.target());
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.failure().code, std::errc::too_many_files_open);
  EXPECT_EQ(events_.failure().reason, "Too many open files");
}

TEST_F(tcp_link, leaks_no_descriptor) {
  listener agent;
  const closed_port nobody;
  const black_hole hole;
  define_name("leak.test", {"127.0.0.2", "127.0.0.1"});
  ASSERT_TRUE(connected(agent.target()));
  agent.accept();
  const int before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    const link_target targets[] = {agent.target(),
                                   nobody.target(),
                                   hole.target(std::chrono::milliseconds(1)),
                                   hole.target(patience),
                                   {"leak.test", nobody.port(), patience}};
    recorder events;
    auto other = io_->make_link(events);
    const auto& target = targets[i % 5];
    run_on(*io_, [&] { other->open(target); });
    const bool hangs = i % 5 == 3;
    ASSERT_TRUE(hangs || eventually([&] { return !events.events().empty(); }));
    if (agent.somebody_waits()) agent.accept();
    run_on(*io_, [&] { other.reset(); });
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(tcp_link, ends_the_connection_even_if_a_forked_child_has_it_too) {
  listener agent;
  ASSERT_TRUE(connected(agent.target()));
  peer accepted = agent.accept();
  int ends[2];
  checked(::pipe2(ends, O_CLOEXEC), "pipe");
  const stream_socket child_lives(ends[0]);
  stream_socket parent_lives(ends[1]);
  const pid_t child = checked(::fork(), "fork");
  if (child == 0) {
    ::close(ends[1]);
    char byte = 0;
    (void)!::read(ends[0], &byte, 1);
    ::_exit(0);
  }
  run_on(*io_, [&] { link_->close(); });
  EXPECT_TRUE(accepted.at_end());
  parent_lives = stream_socket();
  ::waitpid(child, nullptr, 0);
}

}  // namespace

}  // namespace serf::transport::testing
