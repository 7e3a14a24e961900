// Tasks: they end with their client, or with what the caller holds of them.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;

class tasks : public ::testing::Test {
 protected:
  client_options options() const { return client_options(agent_.address()).reconnect(false); }

  // A keepalive in three lines, faster than one would have it.
  static auto keepalive(client& of) {
    return [&of](const stop_token& stop) {
      while (!stop.wait_for(1ms)) of.event("keepalive").get();
    };
  }

  fake_agent agent_;
};

using spawned = tasks;

TEST_F(spawned, keepalive_stops_when_it_is_cancelled) {
  client asking(options());
  auto kept = asking.spawn(keepalive(asking));
  ASSERT_TRUE(agent_.wait_for_request("event", 20s, 3));
  EXPECT_TRUE(kept.running());
  kept.cancel();
  EXPECT_FALSE(kept.running());
  const auto sent = agent_.requests("event").size();
  EXPECT_EQ(asking.members().get().size(), 1U);
  EXPECT_EQ(agent_.requests("event").size(), sent);
}

TEST_F(spawned, keepalive_stops_with_its_handle_and_with_its_client) {
  std::atomic<bool> over{false};
  std::atomic<int> reported{0};
  auto asking = std::make_unique<client>(
      options().on_handler_failure([&](const handler_failure&) { ++reported; }));
  auto alive = asking->spawn(keepalive(*asking));
  { auto kept = asking->spawn(keepalive(*asking)); }
  auto kept = asking->spawn([&](const stop_token& stop) {
    stop.wait();
    over = true;
  });
  asking.reset();
  EXPECT_TRUE(over) << "waited for";
  EXPECT_FALSE(kept.running() || alive.running());
  kept.join();
  EXPECT_EQ(reported, 0) << "a call cut short by the end of the client is no failure of its task";
}

TEST_F(spawned, runs_on_a_thread_of_its_own) {
  client asking(options());
  std::promise<std::thread::id> id;
  auto kept = asking.spawn([&](const stop_token&) { id.set_value(std::this_thread::get_id()); });
  EXPECT_NE(id.get_future().get(), std::this_thread::get_id());
  kept.join();
  EXPECT_FALSE(kept.running());
}

TEST_F(spawned, and_cancelled_a_thousand_times_leaves_nothing_behind) {
  client asking(options());
  std::atomic<int> started{0}, ended{0};
  for (int i = 0; i < 1000; ++i) {
    auto kept = asking.spawn([&](const stop_token& stop) {
      ++started;
      stop.wait();
      ++ended;
    });
    if (i % 2 == 0) kept.request_cancel();
    if (i % 3 == 0) kept.cancel();
  }
  EXPECT_EQ(started, 1000);
  EXPECT_EQ(ended, 1000);
}

TEST_F(spawned, may_destroy_its_client_which_waits_for_no_task_then) {
  for (int i = 0; i < 100; ++i) {
    auto asking = std::make_unique<client>(options());
    std::promise<void> gone, stopped;
    auto other = asking->spawn([&](const stop_token& stop) {
      stop.wait();
      gone.get_future().wait();
      stopped.set_value();
    });
    auto kept = asking->spawn([&](const stop_token& stop) {
      asking.reset();
      EXPECT_TRUE(stop.stop_requested());
      gone.set_value();
    });
    ASSERT_EQ(stopped.get_future().wait_for(20s), std::future_status::ready);
  }
}

TEST_F(spawned, ends_when_the_client_is_destroyed_inside_a_handler) {
  auto asking = std::make_unique<client>(options());
  std::promise<void> destroyed;
  auto kept = asking->spawn([](const stop_token& stop) { stop.wait(); });
  asking->stats([&](const result<agent_stats>&) {
    asking.reset();
    destroyed.set_value();
  });
  ASSERT_EQ(destroyed.get_future().wait_for(20s), std::future_status::ready);
  kept.join();
  EXPECT_FALSE(kept.running());
}

TEST_F(spawned, may_close_the_client_from_several_tasks_at_once) {
  client asking(options());
  std::promise<void> go;
  const auto gate = go.get_future().share();
  std::vector<task> closing;
  for (int i = 0; i < 4; ++i) {
    closing.push_back(asking.spawn([&](const stop_token&) {
      gate.wait();
      asking.close();
    }));
  }
  go.set_value();
  for (auto& each : closing) each.join();
  EXPECT_EQ(asking.state(), connection_state::closed);
}

TEST_F(spawned, may_cancel_and_destroy_its_own_handle) {
  client asking(options());
  std::promise<void> assigned, done;
  auto kept = std::make_unique<task>();
  *kept = asking.spawn([&](const stop_token& stop) {
    assigned.get_future().wait();
    kept->cancel();
    EXPECT_TRUE(stop.stop_requested());
    EXPECT_THROW(kept->join(), error);
    kept.reset();
    done.set_value();
  });
  assigned.set_value();
  EXPECT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
}

TEST_F(spawned, joined_in_a_handler_that_it_may_wait_for_is_a_deadlock_told_at_once) {
  client asking(options());
  std::promise<errc> told;
  auto kept = asking.spawn([](const stop_token& stop) { stop.wait(); });
  asking.stats([&](const result<agent_stats>&) {
    try {
      kept.join();
      told.set_value(errc{});
    } catch (const error& e) {
      told.set_value(e.failure().code);
    }
  });
  EXPECT_EQ(told.get_future().get(), errc::would_deadlock);
}

TEST_F(spawned, reports_what_it_throws_and_has_ended_then) {
  std::promise<std::string> told;
  client asking(options().on_handler_failure(
      [&](const handler_failure& what) { told.set_value(what.handler + ": " + what.what); }));
  auto kept = asking.spawn([](const stop_token&) { throw std::runtime_error("boom"); });
  kept.join();
  EXPECT_EQ(told.get_future().get(), "a task: boom");
}

TEST_F(spawned, that_never_looks_at_its_token_is_waited_for_with_a_line_in_the_log) {
  std::mutex mutex;
  std::string written;
  std::atomic<bool> go{false};
  auto asking =
      std::make_unique<client>(options().handler_watchdog(50ms).log([&](const log_record& record) {
        const std::lock_guard<std::mutex> lock(mutex);
        written += record.text;
        if (record.text.find("a task has been waited for") == 0) go = true;
      }));
  auto kept = asking->spawn(
      [&](const stop_token&) { EXPECT_TRUE(testing::wait_until([&] { return go.load(); }, 20s)); });
  asking.reset();
  EXPECT_TRUE(go) << written;
}

TEST_F(spawned, and_ended_is_not_taken_for_another_thread_of_the_same_number) {
  client asking(options());
  auto kept = asking.spawn([](const stop_token&) {});
  kept.join();
  std::promise<void> entered, go;
  std::atomic<bool> over{false};
  asking.stats([&](const result<agent_stats>&) {
    entered.set_value();
    go.get_future().wait();
    over = true;
  });
  entered.get_future().wait();
  std::thread opener([&] { go.set_value(); });
  for (int i = 0; i < 8; ++i) {  // one of these has the number of the task's
    std::thread closing([&] {
      asking.close();
      EXPECT_TRUE(over);
    });
    closing.join();
  }
  opener.join();
}

TEST_F(spawned, by_a_task_on_its_way_out_is_waited_for_too) {
  for (int i = 0; i < 50; ++i) {
    auto asking = std::make_unique<client>(options());
    client* const spawning = asking.get();
    std::atomic<bool> over{false};
    task inner;
    std::promise<void> started;
    auto kept = asking->spawn([&](const stop_token& stop) {
      started.set_value();
      stop.wait();
      inner = spawning->spawn([&](const stop_token& its) {
        its.wait();
        over = true;
      });
    });
    started.get_future().wait();
    asking.reset();
    EXPECT_TRUE(over);
  }
}

TEST_F(spawned, that_makes_a_call_on_its_way_out_has_its_handler_run_before_the_client_is_closed) {
  client asking(options());
  std::atomic<bool> told{false};
  std::promise<void> started;
  auto kept = asking.spawn([&](const stop_token& stop) {
    started.set_value();
    stop.wait();
    asking.stats([&](const result<agent_stats>&) { told = true; });
  });
  started.get_future().wait();
  asking.close();
  EXPECT_TRUE(told);
}

TEST_F(spawned, of_a_closed_client_is_to_stop_from_the_start) {
  client asking(options());
  asking.close();
  std::promise<bool> asked;
  auto kept = asking.spawn([&](const stop_token& stop) { asked.set_value(stop.wait_for(20s)); });
  EXPECT_TRUE(asked.get_future().get());
}

}  // namespace
}  // namespace serf
