// More events than a consumer, or an agent, keeps up with: what is missing is accounted for.
#include <gtest/gtest.h>

#include <cstddef>
#include <iostream>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>

#include "integration/event_storm.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fire_numbered;
using testing::wait_until;

class storm : public ::testing::Test {
 protected:
  // An agent notes each event that it drops, and for whom.
  static constexpr auto dropping = "Dropping event to ipc.client: ";

  std::size_t dropped_by_agent() const { return testing::occurrences(agent_.log(), dropping); }

  // Whose events the agent dropped.
  std::set<std::string> those_who_missed() const {
    std::set<std::string> clients;
    const std::string log = agent_.log();
    const std::string mark = dropping;
    for (auto at = log.find(mark); at != std::string::npos; at = log.find(mark, at)) {
      at += mark.size();
      clients.insert(log.substr(at, log.find_first_of(" \n", at) - at));
    }
    return clients;
  }

  testing::real_agent agent_{testing::real_agent_options().log_level("warn")};
  serf::client firing_{client_options(agent_.rpc_address()).call_timeout(60s)};
  serf::client listening_{agent_.rpc_address()};
};

// What a consumer learns of a numbered storm: records, gaps, and the numbers that are missing.
class account {
 public:
  void take(const event& what) {
    if (const auto* const missing = std::get_if<gap>(&what)) {
      EXPECT_EQ(missing->reason, gap_reason::dropped);
      EXPECT_GT(missing->count, 0U);
      EXPECT_EQ(open_gap_, 0U) << "two gaps without a record between them";
      open_gap_ = static_cast<std::size_t>(missing->count);
      in_gaps_ += open_gap_;
      ++gaps_;
      return;
    }
    ASSERT_TRUE(std::holds_alternative<user_event>(what)) << to_string(what);
    const int number = std::stoi(std::get<user_event>(what).payload);
    ASSERT_GT(number, last_) << "out of order";
    const auto jump = static_cast<std::size_t>(number - last_ - 1);
    // What the agent dropped is missing without a gap, or beside one.
    EXPECT_GE(jump, open_gap_);
    unannounced_ += jump - open_gap_;
    open_gap_ = 0;
    last_ = number;
    ++records_;
  }

  std::size_t records() const { return records_; }
  std::size_t gaps() const { return gaps_; }
  std::size_t in_gaps() const { return in_gaps_; }
  std::size_t unannounced() const { return unannounced_; }
  int last() const { return last_; }

 private:
  int last_ = -1;
  std::size_t records_ = 0, gaps_ = 0, in_gaps_ = 0, open_gap_ = 0, unannounced_ = 0;
};

TEST_F(storm, of_200000_events_comes_in_order_and_whole_but_for_what_the_agent_dropped) {
  constexpr int fired = 200000;
  auto stream = listening_
                    .stream("user:storm",
                            stream_options().max_records(300000).max_bytes(std::size_t{1} << 30U))
                    .get();
  const auto began = std::chrono::steady_clock::now();
  fire_numbered(firing_, "storm", 0, fired);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_TRUE(wait_until(
      [&] { return stream.counters().received + dropped_by_agent() == std::size_t{fired}; }, 30s,
      50ms))
      << stream.counters() << ", dropped by the agent: " << dropped_by_agent();
  // Nothing comes on top of it.
  std::vector<event> all;
  EXPECT_EQ(stream.drain(all), stream.counters().received);

  account seen;
  for (const event& each : all) ASSERT_NO_FATAL_FAILURE(seen.take(each));
  std::cout << fired << " fired in " << took.count() << " s, delivered " << seen.records()
            << ", dropped by the agent " << dropped_by_agent() << '\n';
  EXPECT_EQ(seen.gaps(), 0U);
  EXPECT_EQ(stream.counters().dropped, 0U);
  EXPECT_EQ(stream.counters().delivered, seen.records());
  EXPECT_EQ(seen.records() + dropped_by_agent(), std::size_t{fired});
  // The numbers tell the same; those behind the last record are missing at the end.
  EXPECT_EQ(seen.unannounced() + static_cast<std::size_t>(fired - 1 - seen.last()),
            dropped_by_agent());
  EXPECT_LE(those_who_missed().size(), 1U) << "only one client has a stream";
}

class stalled : public storm, public ::testing::WithParamInterface<overflow_policy> {
 protected:
  static constexpr std::size_t room = 1000;

  bool wait_for_all(const event_stream& stream, int fired) {
    return wait_until(
        [&] {
          return stream.counters().received + dropped_by_agent() == static_cast<std::size_t>(fired);
        },
        30s, 10ms);
  }
};

TEST_P(stalled, consumer_finds_a_gap_of_the_right_size_where_records_are_missing) {
  constexpr int burst = 10000;
  auto stream =
      listening_.stream("user:storm", stream_options().max_records(room).overflow(GetParam()))
          .get();
  account seen;
  const auto take = [&](std::size_t most) {
    for (std::size_t taken = 0; taken < most; ++taken) {
      const auto next = stream.try_next();
      if (!next) break;
      ASSERT_NO_FATAL_FAILURE(seen.take(*next));
    }
  };
  // Nobody reads while a burst comes; then a part is read, and the next one comes.
  for (int round = 0; round < 4; ++round) {
    fire_numbered(firing_, "storm", round * burst, burst, 100);
    ASSERT_TRUE(wait_for_all(stream, (round + 1) * burst)) << stream.counters();
    EXPECT_EQ(stream.counters().queued, room);
    ASSERT_NO_FATAL_FAILURE(take(room / 2));
  }
  ASSERT_NO_FATAL_FAILURE(take(2 * room));
  // The last one finds an empty queue, and closes the account of what is missing before it.
  firing_.event(testing::numbered("storm", 4 * burst)).get();
  const auto last = stream.next_for(10s);
  ASSERT_TRUE(last);
  ASSERT_NO_FATAL_FAILURE(seen.take(*last));
  EXPECT_EQ(seen.last(), 4 * burst);
  EXPECT_FALSE(stream.try_next());

  const auto counters = stream.counters();
  std::cout << counters << ", gaps " << seen.gaps() << ", dropped by the agent "
            << dropped_by_agent() << '\n';
  EXPECT_EQ(counters.received, counters.delivered + counters.dropped);
  EXPECT_EQ(counters.queued, 0U);
  EXPECT_EQ(counters.bytes, 0U);
  EXPECT_EQ(counters.max_queued, room);
  EXPECT_EQ(counters.delivered, seen.records());
  EXPECT_EQ(counters.dropped, seen.in_gaps());
  EXPECT_EQ(counters.received + dropped_by_agent(), std::size_t{4 * burst + 1});
  // With an agent that drops nothing: each jump of the numbers is as large as its gap.
  EXPECT_EQ(seen.unannounced(), dropped_by_agent());
  EXPECT_EQ(seen.gaps(), 4U) << "one for each time that nobody read";
}

INSTANTIATE_TEST_SUITE_P(of_each_policy, stalled,
                         ::testing::Values(overflow_policy::drop_oldest,
                                           overflow_policy::drop_newest),
                         [](const auto& tested) {
                           return tested.param == overflow_policy::drop_oldest ? "drop_oldest"
                                                                               : "drop_newest";
                         });

TEST_F(storm, that_overflows_a_stream_whose_policy_is_to_close_ends_it_with_what_was_queued) {
  auto stream =
      listening_
          .stream("user:storm", stream_options().max_records(100).overflow(overflow_policy::close))
          .get();
  auto other = listening_.stream("user:storm").get();
  fire_numbered(firing_, "storm", 0, 5000, 100);
  ASSERT_TRUE(wait_until([&] { return stream.end().state == stream_state::overflow; }, 20s));
  account seen;
  while (const auto next = stream.next()) ASSERT_NO_FATAL_FAILURE(seen.take(*next));
  EXPECT_EQ(seen.records(), 100U);
  EXPECT_EQ(seen.last(), 99 + static_cast<int>(seen.unannounced()));
  EXPECT_TRUE(wait_until([&] { return other.counters().received + dropped_by_agent() == 5000U; },
                         20s, 10ms))
      << "the other one goes on, " << other.counters();
  EXPECT_EQ(other.counters().dropped, 0U);
}

}  // namespace
}  // namespace serf
