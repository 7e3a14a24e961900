// Streams that come and go while events pour in. Agents up to 0.10 may crash of that ("send on
// closed channel"); what must hold then is that every call tells of a lost connection.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <iostream>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <serf/client.hpp>

#include "integration/event_storm.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::wait_until;

constexpr int cycles = 50;
constexpr auto crash = "panic: send on closed channel";

// Repeats `once` on a thread of its own until it is told to stop, or the connection is lost.
// Anything else that a call throws is a failure of the test.
class repeated {
 public:
  repeated(const char* what, std::function<void()> once)
      : what_(what), thread_([this, once = std::move(once)] { run(once); }) {}
  ~repeated() { stop(); }
  repeated(const repeated&) = delete;
  repeated& operator=(const repeated&) = delete;

  void stop() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int times() const { return times_; }

 private:
  void run(const std::function<void()>& once) {
    try {
      for (; !over_; ++times_) once();
    } catch (const connection_error& error) {
      EXPECT_EQ(error.code(), errc::connection_lost) << what_ << ": " << error.what();
    } catch (const std::exception& error) {
      ADD_FAILURE() << what_ << ": " << error.what();
    }
  }

  const std::string what_;
  std::atomic<int> times_{0};
  std::atomic<bool> over_{false};
  std::thread thread_;  // last: it uses the others
};

// One agent, the storm on it, and what goes on beside it on the client under test.
class attempt {
 public:
  // Whether all cycles went through before the agent crashed.
  bool run(const std::function<std::string(int)>& filter_of) {
    try {
      const auto goroutines = client_.stats().get().goroutines;
      run_cycles(filter_of);
      expect_all_stopped(goroutines);
      return true;
    } catch (const connection_error& error) {
      EXPECT_EQ(error.code(), errc::connection_lost) << error.what();
    }
    expect_crash();
    return false;
  }
  int cycles_done() const { return done_; }

 private:
  void run_cycles(const std::function<std::string(int)>& filter_of) {
    std::deque<std::future<void>> under_way;
    int number = 0;
    repeated storm("storm", [&] {
      if (under_way.size() == 200) {
        under_way.front().get();
        under_way.pop_front();
      }
      under_way.push_back(firing_.event(testing::numbered("storm", number++)));
    });
    repeated members("members", [this] {
      const auto all = client_.members().get();
      ASSERT_EQ(all.size(), 1U);
      EXPECT_EQ(all[0].name, agent_.name());
    });
    repeated stats("stats", [this] { EXPECT_EQ(client_.stats().get().node_name, agent_.name()); });
    repeated events("event", [this] {
      client_.event(user_event_request("beside").coalesce(false)).get();
      EXPECT_EQ(client_.get_coordinate("nobody").get(), std::nullopt);
      try {
        client_.event("large", std::string(600, 'x')).get();
        ADD_FAILURE() << "taken";
      } catch (const agent_error& error) {
        EXPECT_EQ(error.code(), errc::event_too_large);
      }
    });
    for (; done_ < cycles && !::testing::Test::HasFailure(); ++done_) cycle(filter_of(done_));
    for (repeated* const each : {&storm, &members, &stats, &events}) {
      each->stop();
      EXPECT_GT(each->times(), 0);
    }
  }

  // Opens a stream, reads some of the storm, and closes it while more is under way.
  void cycle(const std::string& filter) {
    auto stream = client_.stream(filter).get();
    int last = -1;
    for (int i = 0; i < 100; ++i) {
      const auto next = stream.next_for(20s);
      if (!next) {
        ASSERT_EQ(stream.end().state, stream_state::lost) << "no event in 20 s";
        raise(*stream.end().failure);
      }
      ASSERT_TRUE(std::holds_alternative<user_event>(*next)) << to_string(*next);
      const auto& event = std::get<user_event>(*next);
      ASSERT_EQ(event.name, "storm");
      ASSERT_GT(std::stoi(event.payload), last);
      last = std::stoi(event.payload);
    }
    EXPECT_EQ(stream.counters().dropped, 0U);
    stream.close();
    // By the second answer the stop has gone out: the next stream cannot take part in this one.
    for (int i = 0; i < 2; ++i) EXPECT_EQ(client_.get_coordinate("nobody").get(), std::nullopt);
  }

  void expect_crash() {
    EXPECT_TRUE(agent_.wait_for_exit(20s)) << "the connection was lost, but the agent lives";
    EXPECT_TRUE(agent_.wait_for_log(crash, 5s)) << agent_.log();
    try {
      client_.members().get();
      ADD_FAILURE() << "somebody answers";
    } catch (const connection_error& error) {
      EXPECT_EQ(error.code(), errc::connection_lost);
    }
  }

  // An agent has a goroutine for each stream; what was stopped has none.
  void expect_all_stopped(std::int64_t before) {
    EXPECT_TRUE(wait_until([&] { return client_.stats().get().goroutines < before + cycles / 2; },
                           20s, 20ms))
        << client_.stats().get().goroutines << " goroutines, " << before << " before";
    auto stream = client_.stream("user:after").get();
    client_.event(user_event_request("after").coalesce(false)).get();
    const auto next = stream.next_for(20s);
    ASSERT_TRUE(next);
    EXPECT_EQ(std::get<user_event>(*next).name, "after");
  }

  int done_ = 0;
  testing::real_agent agent_{testing::real_agent_options().log_level("warn")};
  serf::client firing_{client_options(agent_.rpc_address()).reconnect(false)};
  serf::client client_{client_options(agent_.rpc_address()).stream_linger(0s).reconnect(false)};
};

void expect_cycles_to_go_through(const std::function<std::string(int)>& filter_of) {
  for (int attempts = 1; attempts <= 5; ++attempts) {
    attempt one;
    if (one.run(filter_of) || ::testing::Test::HasFailure()) return;
    std::cout << "the agent crashed in cycle " << one.cycles_done() << " of attempt " << attempts
              << '\n';
  }
  ADD_FAILURE() << "five agents crashed before " << cycles << " cycles were through";
}

TEST(stop_storm, leaves_other_calls_in_step_where_the_same_filter_comes_and_goes) {
  expect_cycles_to_go_through([](int) { return "user:storm"; });
}

TEST(stop_storm, leaves_other_calls_in_step_where_each_stream_has_a_filter_of_its_own) {
  expect_cycles_to_go_through(
      [](int cycle) { return "user:storm,user:none-" + std::to_string(cycle); });
}

TEST(stop_storm, does_not_come_about_where_streams_linger) {
  testing::real_agent agent(testing::real_agent_options().log_level("warn"));
  serf::client client(agent.rpc_address()), firing(agent.rpc_address());
  const auto goroutines = client.stats().get().goroutines;
  repeated storm("storm", [&] { testing::fire_numbered(firing, "storm", 0, 500, 200); });
  for (int cycle = 0; cycle < 5 * cycles; ++cycle) {
    auto stream = client.stream("user:storm").get();
    ASSERT_TRUE(stream.next_for(20s));
  }
  storm.stop();
  // One stream on the agent served them all.
  EXPECT_LT(client.stats().get().goroutines, goroutines + cycles);
  EXPECT_TRUE(agent.alive());
}

}  // namespace
}  // namespace serf
