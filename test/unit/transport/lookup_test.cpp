#include <thread>

#include "listener.hpp"
#include "name_service.hpp"
#include "recorder.hpp"

namespace serf::transport::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(tcp_link, looks_up_localhost) {
  listener agent;
  EXPECT_TRUE(connected({"localhost", agent.port(), patience}));
}

TEST_F(tcp_link, says_why_a_name_has_no_address) {
  open({"nowhere.test", 7373, patience});
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.failure().code, link_errc::lookup_failed);
  EXPECT_EQ(events_.failure().reason, "cannot look up name: Name or service not known");
}

TEST_F(tcp_link, says_that_the_lookup_did_not_answer) {
  silence no_answer;
  open({"silent.test", 7373, milliseconds(100)});
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.failure().code, std::errc::timed_out);
  EXPECT_EQ(events_.failure().reason,
            "no connection within 100 ms: the name lookup did not answer");
  no_answer.end();
  settle();
  EXPECT_EQ(events_.events(), std::vector<std::string>{"failed"});
}

TEST_F(tcp_link, goes_on_when_a_slow_lookup_answers) {
  listener agent;
  silence no_answer;
  open({"silent.test", agent.port(), patience});
  ASSERT_TRUE(eventually([&] { return no_answer.waiting() == 1; }));
  no_answer.end();
  EXPECT_TRUE(eventually([&] { return events_.saw("connected"); }));
}

TEST_F(tcp_link, throws_away_the_answer_to_a_lookup_that_nobody_waits_for) {
  listener agent;
  silence no_answer;
  open({"silent.test", agent.port(), patience});
  ASSERT_TRUE(eventually([&] { return no_answer.waiting() == 1; }));
  run_on(*io_, [&] { link_->close(); });
  no_answer.end();
  settle();
  EXPECT_EQ(events_.events(), std::vector<std::string>{});
  EXPECT_FALSE(agent.somebody_waits());
}

TEST_F(tcp_link, waits_for_the_lookup_that_is_under_way_for_the_same_name) {
  listener first, second;
  silence no_answer;
  const int before = lookups();
  open({"silent.test", first.port(), milliseconds(20)});
  ASSERT_TRUE(fails());
  recorder others;
  auto other = io_->make_link(others);
  run_on(*io_, [&] { other->open({"silent.test", second.port(), patience}); });
  run_on(*io_, [&] {
    link_->reset();
    link_->open({"silent.test", first.port(), patience});
  });
  EXPECT_EQ(lookups() - before, 1) << "the one that the first attempt has begun";
  no_answer.end();
  EXPECT_TRUE(eventually([&] { return events_.saw("connected") && others.saw("connected"); }));
  EXPECT_TRUE(first.somebody_waits()) << "each is given its own port";
  EXPECT_TRUE(second.somebody_waits());
  EXPECT_EQ(lookups() - before, 1);
  run_on(*io_, [&] { other.reset(); });
}

TEST_F(tcp_link, tries_no_address_twice) {
  const closed_port nobody;
  define_name("twice.test", {"127.0.0.1", "127.0.0.1"});
  open({"twice.test", nobody.port(), patience});
  ASSERT_TRUE(fails());
  EXPECT_EQ(events_.failure().reason, "Connection refused");
}

TEST(name_lookup, makes_nobody_wait_while_it_hangs) {
  silence no_answer;
  recorder events;
  auto io = start_io_thread();
  auto waiting = io->make_link(events);
  auto outlives = io->make_link(events);
  run_on(*io, [&] { waiting->open({"silent.test", 7373, patience}); });
  run_on(*io, [&] { outlives->open({"silent.test", 7373, patience}); });
  ASSERT_TRUE(eventually([&] { return no_answer.waiting() == 1; }));

  const auto start = clock::now();
  run_on(*io, [&] { waiting.reset(); });
  io.reset();
  outlives.reset();
  EXPECT_LT(clock::now() - start, seconds(1));
  EXPECT_EQ(no_answer.waiting(), 1);
  EXPECT_EQ(events.events(), std::vector<std::string>{});
}

// Answers and destruction meet in every order; a sanitizer would tell of what is used too late.
TEST(name_lookup, may_answer_while_everything_is_destroyed) {
  for (int round = 0; round < 50; ++round) {
    silence no_answer;
    recorder events;
    auto io = start_io_thread();
    auto link = io->make_link(events);
    run_on(*io, [&] { link->open({"silent.test", 1, patience}); });
    ASSERT_TRUE(eventually([&] { return no_answer.waiting() == 1; }));
    std::thread answers([&] { no_answer.end(); });
    if (round % 2 == 0) run_on(*io, [&] { link.reset(); });
    io.reset();
    link.reset();
    answers.join();
  }
}

}  // namespace

}  // namespace serf::transport::testing
