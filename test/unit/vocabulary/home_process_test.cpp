#include "vocabulary/home_process.hpp"

#include <gtest/gtest.h>

#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>
#include <string>

namespace serf {
namespace {

// The status of a child that runs `body` and is made in that way.
template <class Fork, class Body>
int status_of(Fork fork, Body body) {
  const pid_t child = fork();
  if (child == 0) ::_exit(body());
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

pid_t cloned() { return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }

TEST(home_process, is_left_by_a_child_however_it_was_made) {
  const home_process parents;
  ASSERT_TRUE(parents.is_here());
  const auto is_elsewhere = [&] { return parents.is_here() ? 1 : 0; };
  EXPECT_EQ(status_of(&::fork, is_elsewhere), 0);
  EXPECT_EQ(status_of(&cloned, is_elsewhere), 0);  // no handler of pthread_atfork() hears of it
  EXPECT_TRUE(parents.is_here());
}

TEST(home_process, of_a_child_is_neither_its_parents_nor_its_own_childs) {
  const home_process first;
  EXPECT_EQ(status_of(&::fork,
                      [&] {
                        const home_process second;
                        if (first.is_here() || !second.is_here()) return 1;
                        return status_of(&::fork, [&] {
                          const home_process third;
                          return !first.is_here() && !second.is_here() && third.is_here() ? 0 : 1;
                        });
                      }),
            0);
}

TEST(home_process, is_left_before_handlers_of_the_application_run) {
  static std::optional<home_process> parents;
  static bool was_here = true;
  ASSERT_EQ(::pthread_atfork(nullptr, nullptr,
                             [] {
                               if (parents) was_here = parents->is_here();
                             }),
            0);
  parents.emplace();
  EXPECT_EQ(status_of(&::fork, [] { return was_here ? 1 : 0; }), 0);
  parents.reset();
}

TEST(leak, keeps_what_a_share_belongs_to) {
  // In a child, which nobody looks over for leaks.
  EXPECT_EQ(status_of(&::fork,
                      [] {
                        auto share = std::make_shared<std::string>("kept");
                        const std::weak_ptr<std::string> seen = share;
                        leak(share);
                        return !share && !seen.expired() ? 0 : 1;
                      }),
            0);
}

}  // namespace
}  // namespace serf
