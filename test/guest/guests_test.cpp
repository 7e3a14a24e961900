// The library as a guest in processes that do as they please. What is expected stands in the
// programs.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <serf/testing/fake_agent.hpp>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"
#include "support/run_program.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;

std::string program(const std::string& name) { return SERF_GUEST_DIR "/" + name; }

// As it ended, and what it had to say of it.
void expect_well(const std::string& name, const std::vector<std::string>& arguments,
                 std::vector<std::pair<std::string, std::string>> environment = {}) {
  const auto ended = testing::run_program(program(name), arguments, std::move(environment), 100s);
  EXPECT_EQ(ended.exit_code, 0) << ended.output << ended.error_output;
}

// What the program is to answer, once it takes queries.
class query_when_subscribed {
 public:
  explicit query_when_subscribed(fake_agent& agent)
      : thread_([this, &agent] {
          testing::wait_until([&] { return over_ || agent.push_query("load") > 0; }, 60s);
        }) {}
  ~query_when_subscribed() {
    over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

TEST(fork, leaves_the_child_calls_that_fail_at_once_and_the_parent_all_it_had) {
  fake_agent agent;
  const query_when_subscribed asked(agent);
  expect_well("forking", {agent.address(), "calls"});
}

TEST(fork, is_safe_while_other_threads_call) {
  const fake_agent agent;
  expect_well("forking", {agent.address(), "hammer"});
}

TEST(fork, is_safe_while_other_threads_call_a_real_agent) {
  const testing::real_agent agent;
  expect_well("forking", {agent.rpc_address(), "hammer"});
}

TEST(fork, leaves_the_jobs_of_an_executor_to_the_parent) {
  const fake_agent agent;
  expect_well("inheriting", {agent.address(), "jobs"});
}

TEST(fork, leaves_the_recording_of_the_session_to_the_parent) {
  const fake_agent agent;
  expect_well("inheriting", {agent.address(), "recording"});
}

TEST(fork, is_followed_by_an_exit_that_destroys_static_objects_in_the_child) {
  fake_agent agent;
  const query_when_subscribed asked(agent);
  // The child has lost the threads whose stacks hold what it leaks.
  expect_well("forking", {agent.address(), "exit"}, {{"ASAN_OPTIONS", "detect_leaks=0"}});
}

TEST(fork, and_exec_pass_no_descriptor_on) {
  fake_agent agent;
  const query_when_subscribed asked(agent);
  expect_well("forking", {agent.address(), "exec"});
}

#if !defined( \
    SERF_WITH_THREAD_SANITIZER)  // which starts no threads in a child of a process that had some
TEST(fork, lets_the_child_have_a_client_of_its_own) {
  const fake_agent agent;
  expect_well("forking", {agent.address(), "again"});
}
#endif

TEST(fork, does_not_keep_the_connection_of_a_parent_that_is_gone) {
  const fake_agent agent;
  testing::launch what;
  what.file = program("forking");
  what.arguments = {agent.address(), "keeps"};
  int out[2];
  ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
  what.out = out[1];
  testing::child_process running(what);
  ::close(out[1]);
  char first = 0;
  ASSERT_EQ(::read(out[0], &first, 1), 1) << "the program ended early";
  ::close(out[0]);
  EXPECT_TRUE(agent.wait_for_open_connections(0, 20s)) << "the child has kept it";
  EXPECT_EQ(agent.connections_accepted(), 1u);
  EXPECT_TRUE(running.alive());
}

class end_of_the_process : public ::testing::TestWithParam<const char*> {};

TEST_P(end_of_the_process, with_a_client_at_work_is_an_end_with_0) {
  const fake_agent agent;
  expect_well("exiting", {agent.address(), GetParam()});
}
INSTANTIATE_TEST_SUITE_P(of, end_of_the_process,
                         ::testing::Values("static", "detached", "leaked", "handler"),
                         [](const auto& of) { return of.param; });

TEST(plugin, with_a_client_is_loaded_and_unloaded_a_hundred_times) {
  const fake_agent agent;
  expect_well("loading", {agent.address(), program("libplugin.so"), "cycles"});
}

TEST(plugin, may_be_unloaded_while_a_name_is_looked_up) {
  expect_well("loading", {"", program("libplugin.so"), "lookup"});
}

TEST(thousand_clients, leave_no_thread_no_descriptor_and_no_byte_behind) {
  const fake_agent agent;
  // What a thread keeps for its next allocations counts as in use, and is no loss.
  expect_well("opening", {agent.address()}, {{"GLIBC_TUNABLES", "glibc.malloc.tcache_count=0"}});
}

TEST(descriptors_above_1024, are_as_good_as_any) {
  const fake_agent agent;
  expect_well("far_descriptors", {agent.address()});
}

TEST(wall_clock, may_jump_by_a_day_and_every_deadline_stands) {
  fake_agent agent;
  agent.on("stats").hold();
  agent.on("force-leave").hold();
  expect_well("stepping_clock", {agent.address()});
}

TEST(thousand_signals_a_second, go_to_threads_of_the_application_and_fail_no_call) {
  fake_agent agent;
  std::atomic<bool> over{false};
  std::thread resets([&] {
    for (std::size_t n = 1; !over; ++n) {
      if (!agent.wait_for_request("event", 100ms, 50 * n))
        --n;
      else
        agent.reset_connections();
    }
  });
  expect_well("signalled", {agent.address()});
  over = true;
  resets.join();
}

TEST(application_without_exceptions, does_all_with_handlers_and_results) {
  const fake_agent agent;
  expect_well("without_exceptions", {agent.address()});
}

TEST(application_without_exceptions, works_with_a_real_agent) {
  const testing::real_agent agent;
  expect_well("without_exceptions", {agent.rpc_address()});
}

TEST(application_with_libraries_of_its_own, shares_none_of_them_with_the_shared_library) {
  const fake_agent agent;
  expect_well("own_libraries_shared", {agent.address()});
}

TEST(application_with_libraries_of_its_own, shares_them_with_the_static_library) {
  const fake_agent agent;
  expect_well("own_libraries_static", {agent.address()});
}

}  // namespace
}  // namespace serf
