// A handler that does not return while the client goes on working: what waits behind it has limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"
#include "support/process_costs.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;
using testing::fake_agent_options;
using ::testing::HasSubstr;

// The delivery thread of a client, held up until it is let go.
class held_up {
 public:
  explicit held_up(client& whose) {
    std::promise<void> held;
    whose.stats([&held, go = go_.get_future().share()](const result<agent_stats>&) {
      held.set_value();
      go.wait();
    });
    held.get_future().wait();
  }
  ~held_up() {
    if (!gone_) let_go();
  }
  void let_go() {
    gone_ = true;
    go_.set_value();
  }

 private:
  std::promise<void> go_;
  bool gone_ = false;
};

// Handlers that note what they were told.
struct told {
  std::atomic<int> answers{0}, overloaded{0}, others{0};
  std::string text;  // of the first refusal; the delivery thread's until all are told

  int all() const { return answers + overloaded + others; }
  auto handler() {
    return [this](const result<agent_stats>& outcome) {
      if (outcome) {
        ++answers;
      } else if (outcome.error().code == errc::overloaded) {
        if (overloaded == 0) text = outcome.error().message;
        ++overloaded;
      } else {
        ++others;
      }
    };
  }
};

class stuck_handler : public ::testing::Test {
 protected:
  client_options options() const {
    return client_options(agent_.address()).max_pending_calls(10).handler_watchdog(0s);
  }
  std::uint64_t succeeded(const client& asked) const {
    for (const auto& each : asked.metrics().calls) {
      if (each.command == "stats") return each.succeeded;
    }
    return 0;
  }

  fake_agent agent_{fake_agent_options().forget_requests()};
};

TEST_F(stuck_handler, lets_as_many_calls_with_handlers_wait_as_may_be_pending_and_no_more) {
  client client(options());
  told heard;
  held_up held(client);
  for (int i = 0; i < 10; ++i) client.stats(heard.handler());
  ASSERT_TRUE(testing::wait_until([&] { return succeeded(client) == 11; }, 20s));
  EXPECT_EQ(client.metrics().pending_calls, 0U) << "the agent has answered them all";
  client.stats(heard.handler());
  client.ask(query_request(""), [&](const result<query_result>& outcome) {
    heard.others += outcome.error().code == errc::overloaded ? 1 : 1000;
  });
  EXPECT_EQ(client.stats().get().node_name, "n1") << "futures have nothing to wait for";
  EXPECT_EQ(heard.all(), 0) << "not even a refusal is told on another thread";
  held.let_go();
  ASSERT_TRUE(testing::wait_until([&] { return heard.all() == 12; }, 20s));
  EXPECT_EQ(heard.answers, 10);
  EXPECT_EQ(heard.overloaded, 1);
  EXPECT_EQ(heard.others, 1);
  EXPECT_THAT(heard.text, HasSubstr("stats on the Serf agent at " + agent_.address()));
  EXPECT_THAT(heard.text, HasSubstr("10 calls whose handlers have not been called yet"));

  client.stats(heard.handler());
  ASSERT_TRUE(testing::wait_until([&] { return heard.all() == 13; }, 20s));
  EXPECT_EQ(heard.answers, 11) << "there is room again";
}

TEST_F(stuck_handler, costs_next_to_nothing_for_each_call_that_is_refused_meanwhile) {
  client client(options());
  told heard;
  held_up held(client);
  constexpr int calls = 100'000;
  const testing::memory_growth growth;
  for (int i = 0; i < calls; ++i) client.stats(heard.handler());
  EXPECT_LE(growth.mib(), 24 * testing::memory_factor);
  held.let_go();
  ASSERT_TRUE(testing::wait_until([&] { return heard.all() == calls; }, 60s));
  EXPECT_EQ(heard.answers, 10);
  EXPECT_EQ(heard.overloaded, calls - 10);
}

TEST_F(stuck_handler, has_left_its_own_place_to_the_calls_that_it_makes) {
  client client(options().max_pending_calls(1));
  std::promise<int> done;
  int in_a_row = 0;
  std::function<void(result<agent_stats>)> next = [&](const result<agent_stats>& outcome) {
    if (!outcome || ++in_a_row == 100) {
      done.set_value(in_a_row);
    } else {
      client.stats(next);
    }
  };
  client.stats(next);
  EXPECT_EQ(done.get_future().get(), 100);
}

TEST_F(stuck_handler, lets_1000_lines_of_the_log_wait_and_one_says_how_many_are_missing) {
  std::vector<std::string> lines;  // the delivery thread's, until the client is gone
  std::uint64_t attempts = 0;
  {
    client client(options()
                      .log([&](const log_record& line) { lines.push_back(line.text); })
                      .reconnect(reconnect_options().initial_delay(1ms).max_delay(1ms)));
    held_up held(client);
    agent_.refuse_connections();
    agent_.close_connections();
    ASSERT_TRUE(testing::wait_until([&] { return client.metrics().attempts > 1500; }, 60s));
    held.let_go();
    client.close();
    attempts = client.metrics().attempts;
  }
  const auto missing = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("lines of this log are missing here") != std::string::npos;
  });
  ASSERT_NE(missing, lines.end());
  EXPECT_GE(missing - lines.begin(), 1000);
  EXPECT_LE(missing - lines.begin(), 1010) << "those before the handler was stuck";
  EXPECT_GE(std::stoul(*missing) + lines.size(), attempts) << "each attempt writes a line or two";
}

TEST_F(stuck_handler, is_told_of_the_last_100_changes_of_the_connection) {
  std::vector<connection_event> changes;
  std::vector<std::string> lines;
  {
    client client(
        options()
            .log([&](const log_record& line) { lines.push_back(line.text); }, log_level::warn)
            .reconnect(reconnect_options().initial_delay(1ms).max_delay(1ms)));
    client.ready().get();
    held_up held(client);
    const auto watching =
        client.on_connection([&](const connection_event& change) { changes.push_back(change); });
    agent_.refuse_connections();
    agent_.close_connections();
    ASSERT_TRUE(testing::wait_until([&] { return client.metrics().attempts > 200; }, 60s));
    held.let_go();
    client.close();
  }
  EXPECT_GE(changes.size(), 100U);
  EXPECT_EQ(changes.back().state, connection_state::closed) << "the last one is never missing";
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("changes were dropped")));
}

}  // namespace
}  // namespace serf
