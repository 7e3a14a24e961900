#include <pthread.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "recorder.hpp"

namespace serf::transport::testing {

namespace {

sigset_t current_mask() {
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return mask;
}

// Two cannot be blocked, the C library keeps two for itself, and what a fault of the thread raises
// is for the application's crash handler.
bool is_the_applications(int signal) {
  for (const int other :
       {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
    if (signal == other) return false;
  }
  return signal < 32 || signal >= SIGRTMIN;
}

TEST(io_thread, has_a_name) {
  const auto io = start_io_thread();
  EXPECT_EQ(run_on(*io,
                   [] {
                     char name[16] = "";
                     ::pthread_getname_np(::pthread_self(), name, sizeof name);
                     return std::string(name);
                   }),
            "serf-io");
}

TEST(io_thread, blocks_every_signal_but_those_of_its_own_faults) {
  const auto io = start_io_thread();
  const sigset_t mask = run_on(*io, current_mask);
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    EXPECT_EQ(::sigismember(&mask, signal) == 1, is_the_applications(signal)) << signal;
  }
}

TEST(io_thread, leaves_the_signal_mask_of_its_starter_alone) {
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR2);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const sigset_t mine = current_mask();
  const auto io = start_io_thread();
  const sigset_t now = current_mask();
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    EXPECT_EQ(::sigismember(&now, signal), ::sigismember(&mine, signal)) << signal;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(io_thread, knows_itself) {
  const auto io = start_io_thread();
  EXPECT_FALSE(io->is_current());
  EXPECT_TRUE(run_on(*io, [&] { return io->is_current(); }));
  const auto other = start_io_thread();
  EXPECT_FALSE(run_on(*io, [&] { return other->is_current(); }));
}

TEST(io_thread, runs_tasks_in_order) {
  const auto io = start_io_thread();
  std::vector<int> ran;
  for (int i = 0; i < 1000; ++i) io->post([&ran, i] { ran.push_back(i); });
  run_on(*io, [] {});
  ASSERT_EQ(ran.size(), 1000u);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ran[static_cast<std::size_t>(i)], i);
}

// Also when the earlier one was posted on the thread itself.
TEST(io_thread, keeps_the_order_between_threads) {
  const auto io = start_io_thread();
  std::vector<int> ran;
  run_on(*io, [&] {
    io->post([&] { ran.push_back(1); });
    std::thread([&] { io->post([&] { ran.push_back(2); }); }).join();
    io->post([&] { ran.push_back(3); });
  });
  EXPECT_EQ(run_on(*io, [&] { return ran; }), (std::vector<int>{1, 2, 3}));
}

TEST(io_thread, runs_what_was_posted_before_its_end) {
  std::atomic<int> ran{0};
  auto io = start_io_thread();
  for (int i = 0; i < 100; ++i) io->post([&] { ++ran; });
  io.reset();
  EXPECT_EQ(ran, 100);
}

TEST(io_thread, destroys_what_was_posted_too_late) {
  const auto token = std::make_shared<int>();
  auto io = start_io_thread();
  io_thread* const same = io.get();
  io->post([same, token] {
    // Behind this one the end stands in line, as soon as the destructor has begun.
    for (int i = 0; i < 3; ++i) same->post([token] {});
  });
  io.reset();
  EXPECT_EQ(token.use_count(), 1);
}

TEST(io_thread, survives_what_tasks_throw) {
  std::vector<std::string> told;  // the I/O thread's
  const auto io = start_io_thread([&](const char* what) {
    told.emplace_back(what);
    throw std::runtime_error("the hook too");
  });
  io->post([] { throw std::runtime_error("first"); });
  io->post([] { throw 42; });
  io->post(nullptr);
  EXPECT_EQ(run_on(*io, [&] { return told.size(); }), 3u);
  EXPECT_EQ(told[0], "first");
  EXPECT_EQ(told[1], "an exception that is not a std::exception");
}

TEST(io_thread, needs_no_hook_for_exceptions) {
  const auto io = start_io_thread();
  io->post([] { throw std::runtime_error("nobody listens"); });
  EXPECT_EQ(run_on(*io, [] { return 1; }), 1);
}

TEST(io_thread, fails_a_link_whose_event_threw) {
  std::vector<std::string> told;
  const auto io = start_io_thread([&](const char* what) { told.emplace_back(what); });
  recorder events;
  auto link = io->make_link(events);
  events.when_woken = [] { throw std::runtime_error("bad luck"); };
  link->wake();
  ASSERT_TRUE(eventually([&] { return events.saw("failed"); }));
  EXPECT_EQ(events.failure().code, link_errc::internal_error);
  EXPECT_EQ(events.failure().reason, "internal error: bad luck");
  EXPECT_EQ(run_on(*io, [&] { return told; }), std::vector<std::string>{"bad luck"});
  run_on(*io, [&] { link.reset(); });
}

TEST(io_thread, tells_a_link_that_it_has_failed_until_that_is_heard) {
  const auto io = start_io_thread();
  recorder events;
  auto link = io->make_link(events);
  int told = 0;  // the I/O thread's, as the others
  events.when_woken = [] { throw std::runtime_error("bad luck"); };
  events.when_failed = [&] {
    if (++told < 3) throw std::runtime_error("not now");
  };
  link->wake();
  ASSERT_TRUE(eventually([&] { return events.count("failed") == 3; }));
  EXPECT_EQ(events.failure().reason, "internal error: bad luck");
  link->wake();
  run_on(*io, [] {});
  run_on(*io, [&] { link.reset(); });
  EXPECT_EQ(events.events(), (std::vector<std::string>{"woken", "failed", "failed", "failed"}));
}

TEST(io_thread, fails_a_link_again_whose_failure_threw_behind_a_reset) {
  const auto io = start_io_thread();
  recorder events;
  auto link = io->make_link(events);
  int told = 0;
  events.when_woken = [&] {
    if (told == 0) throw std::runtime_error("bad luck");
  };
  events.when_failed = [&] {
    link->reset();
    if (++told < 2) throw std::runtime_error("and more");
  };
  link->wake();
  ASSERT_TRUE(eventually([&] { return events.count("failed") == 2; }));
  EXPECT_EQ(events.failure().reason, "internal error: and more");
  const int woken = events.count("woken");
  link->wake();
  EXPECT_TRUE(eventually([&] { return events.count("woken") > woken; })) << "it works again";
  run_on(*io, [&] { link.reset(); });
}

}  // namespace

}  // namespace serf::transport::testing
