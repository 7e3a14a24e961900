// What applications rely on that have threads, locks and output of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "component/changes.hpp"
#include "support/black_hole.hpp"
#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;
using ::testing::HasSubstr;
using state = connection_state;

constexpr auto patience = 20s;

// An agent that does not answer, in the way that the name says.
class silent_agent : public ::testing::TestWithParam<const char*> {
 protected:
  std::string address() {
    if (GetParam() == std::string("black_hole")) return hole_.address();
    if (GetParam() == std::string("refuses")) agent_.refuse_connections();
    if (GetParam() == std::string("frozen")) agent_.freeze();
    return agent_.address();
  }

 private:
  fake_agent agent_;
  testing::black_hole hole_;
};

TEST_P(silent_agent, keeps_no_caller_waiting) {
  const auto options = client_options(address()).connect_timeout(patience).call_timeout(patience);
  std::vector<std::future<void>> events;
  std::atomic<int> told{0};
  const auto start = std::chrono::steady_clock::now();
  {
    client client(options);
    for (int i = 0; i < 100; ++i) {
      events.push_back(client.event("deploy"));
      client.event("deploy", [&](const result<void>& done) { told += done ? 0 : 1; });
    }
    const auto heard = client.subscribe("user", [](const event&) {});
    const auto answers = client.answer("load", [](const query_event&) { return "0.7"; });
    EXPECT_NE(client.state(), state::ready);
    EXPECT_EQ(events.front().wait_for(0s), std::future_status::timeout) << "it waits, not we";
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, patience / 2);
  EXPECT_EQ(told, 100);
  for (auto& each : events) EXPECT_THROW(each.get(), connection_error);
}
INSTANTIATE_TEST_SUITE_P(that, silent_agent, ::testing::Values("refuses", "black_hole", "frozen"),
                         [](const auto& that) { return that.param; });

// Held while a call is made and waited for, and wanted by handlers meanwhile.
TEST(application_lock, may_be_held_over_calls_and_taken_in_handlers) {
  fake_agent agent;
  std::mutex lock;
  int answers = 0, events = 0;
  client client(agent.address());
  auto heard = client.subscribe("user", [&](const user_event&) {
    const std::lock_guard<std::mutex> held(lock);
    ++events;
  });
  heard.ready().get();
  auto stream = client.stream("user").get();
  constexpr int rounds = 200;
  for (int i = 0; i < rounds; ++i) {
    const std::lock_guard<std::mutex> held(lock);
    agent.push_user_event({"deploy"});
    client.stats([&](const result<agent_stats>&) {
      const std::lock_guard<std::mutex> taken(lock);
      ++answers;
    });
    auto members = client.members({}, patience);
    ASSERT_EQ(members.wait_for(patience), std::future_status::ready) << "round " << i;
    EXPECT_EQ(members.get().size(), 1U);
    ASSERT_TRUE(stream.next_for(patience)) << "round " << i;
  }
  EXPECT_TRUE(testing::wait_until(
      [&] {
        const std::lock_guard<std::mutex> held(lock);
        return answers == rounds && events == rounds;
      },
      patience));
}

TEST(clients_of_one_agent, come_back_at_times_of_their_own) {
  fake_agent agent;
  agent.refuse_connections();
  const auto how = reconnect_options().initial_delay(1h).max_delay(1h).jitter(0.5);
  std::set<std::chrono::nanoseconds> delays;
  for (int i = 0; i < 20; ++i) {
    changes heard;
    client client(client_options(agent.address()).reconnect(how));
    const auto kept = client.on_connection(heard.handler());
    ASSERT_TRUE(heard.wait_for(state::waiting, patience));
    delays.insert(heard.last(state::waiting).delay);
  }
  EXPECT_EQ(delays.size(), 20U) << "no two at once";
  EXPECT_GE(*delays.begin(), 30min);
  EXPECT_LE(*delays.rbegin(), 90min);
  EXPECT_GT(*delays.rbegin() - *delays.begin(), 10min);
}

// It takes connections in, and hangs up on what the client asks for anew.
TEST(agent_that_hangs_up_again, is_left_alone_for_longer_each_time) {
  fake_agent agent;
  changes heard;
  client client(
      client_options(agent.address())
          .reconnect(
              reconnect_options().initial_delay(10ms).multiplier(100'000).max_delay(1h).jitter(0)));
  const auto kept = client.on_connection(heard.handler());
  const auto events = client.stream("user").get();
  agent.on("stream").close_connection();
  agent.close_connections();
  ASSERT_TRUE(heard.wait_for(state::waiting, patience, 2));
  EXPECT_EQ(heard.last(state::waiting).delay, 1000s);
  EXPECT_FALSE(events.end()) << "it is asked for again";
}

TEST(consumer, is_woken_by_close_while_other_threads_open_streams) {
  fake_agent agent;
  client client(agent.address());
  auto stream = client.stream("user:deploy").get();
  auto taken = std::async(std::launch::async, [&] {
    int records = 0;
    while (stream.next()) ++records;
    return records;
  });
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([&, filter = "user:" + std::to_string(i)] {
      for (int round = 0; round < 20; ++round) {
        auto opened = client.stream(filter).get();
        const auto heard = client.subscribe(filter, [](const event&) {});
        EXPECT_EQ(client.members().get().size(), 1U);
      }
    });
  }
  EXPECT_EQ(agent.push_user_event({"deploy"}), 1U);
  for (auto& each : others) each.join();
  EXPECT_TRUE(testing::wait_until([&] { return stream.counters().delivered == 1; }, patience));
  EXPECT_EQ(taken.wait_for(0s), std::future_status::timeout) << "nothing has ended the stream";
  stream.close();
  ASSERT_EQ(taken.wait_for(patience), std::future_status::ready);
  EXPECT_EQ(taken.get(), 1);
}

TEST(end_of_a_client, never_asks_the_agent_to_leave) {
  fake_agent agent;
  for (int i = 0; i < 10; ++i) {
    client client(agent.address());
    const auto events = client.stream("*").get();
    auto answers = client.answer("load", [](const query_event&) { return "0.7"; });
    answers.ready().get();
    if (i % 2 == 0) client.close();
  }
  ASSERT_TRUE(agent.wait_for_open_connections(0, patience)) << "all that was sent has been read";
  EXPECT_EQ(agent.requests("stream").size(), 20U);
  EXPECT_TRUE(agent.requests("leave").empty());
  EXPECT_TRUE(agent.requests("force-leave").empty());
}

// A handler that throws, one that is slow, a connection that is lost, and one that breaks the
// protocol.
void have_trouble(fake_agent& agent, client_options options) {
  client client(options.handler_watchdog(1ms).reconnect(
      reconnect_options().initial_delay(1ms).max_delay(1ms)));
  changes heard;
  const auto kept = client.on_connection(heard.handler());
  std::promise<void> entered, go;
  client.stats([&](const result<agent_stats>&) { throw std::runtime_error("thrown on purpose"); });
  client.stats([&](const result<agent_stats>&) {
    entered.set_value();
    go.get_future().wait();
  });
  entered.get_future().wait();
  agent.on("members").once().reply_raw("\xc1");
  EXPECT_THROW(client.members().get(), protocol_error);
  go.set_value();
  ASSERT_TRUE(heard.wait_for(state::ready, patience, 2));
  agent.reset_connections();
  EXPECT_TRUE(heard.wait_for(state::ready, patience, 3));
}

TEST(log_of_a_client, goes_to_its_own_sink_and_else_nowhere) {
  fake_agent agent;
  std::vector<std::string> lines;
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  have_trouble(agent, client_options(agent.address())
                          .log([&](const log_record& line) { lines.push_back(line.text); },
                               log_level::trace));
  const auto heard = lines.size();
  have_trouble(agent, client_options(agent.address()));
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(lines.size(), heard) << "the other client has no part in this sink";
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("thrown on purpose")));
}

}  // namespace
}  // namespace serf
