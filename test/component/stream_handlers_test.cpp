// What the handlers of a subscription may do: everything, and it returns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
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
using ::testing::HasSubstr;

constexpr int repetitions = 1000;

class stream_handler : public ::testing::Test {
 protected:
  client_options options() const { return client_options(agent_.address()).reconnect(false); }

  // Has a handler of a fresh client do something, once, and waits until it has returned.
  using action = std::function<void(std::unique_ptr<client>&, std::optional<subscription>&)>;
  void in_a_handler(const action& does) {
    auto asking = std::make_unique<client>(options());
    std::optional<subscription> kept;
    std::promise<void> subscribed, done;
    const auto ready = subscribed.get_future().share();
    std::atomic<int> calls{0};
    kept = asking->subscribe("user", [&](const user_event&) {
      ready.wait();
      if (++calls > 1) return;
      does(asking, kept);
      done.set_value();
    });
    kept->ready().get();
    ASSERT_EQ(agent_.push_user_event({"first"}), 1U);
    ASSERT_EQ(agent_.push_user_event({"second"}), 1U);
    subscribed.set_value();
    ASSERT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
    kept.reset();
    asking.reset();
    ASSERT_TRUE(agent_.wait_for_open_connections(0, 20s));
  }

  fake_agent agent_;
};

TEST_F(stream_handler, may_make_a_call_and_wait_for_it) {
  std::size_t members = 0;
  for (int i = 0; i < repetitions && !HasFatalFailure(); ++i) {
    in_a_handler([&](auto& asking, auto&) { members += asking->members().get().size(); });
  }
  EXPECT_EQ(members, std::size_t{repetitions});
}

TEST_F(stream_handler, may_cancel_its_own_subscription) {
  int cancelled = 0;
  for (int i = 0; i < repetitions && !HasFatalFailure(); ++i) {
    in_a_handler([&](auto&, auto& kept) {
      kept->cancel();
      cancelled += kept->active() ? 0 : 1;
    });
  }
  EXPECT_EQ(cancelled, repetitions);
}

TEST_F(stream_handler, may_destroy_its_own_subscription) {
  for (int i = 0; i < repetitions && !HasFatalFailure(); ++i) {
    in_a_handler([](auto&, auto& kept) { kept.reset(); });
  }
}

TEST_F(stream_handler, may_close_the_client) {
  int closed = 0;
  for (int i = 0; i < repetitions && !HasFatalFailure(); ++i) {
    in_a_handler([&](auto& asking, auto&) {
      asking->close();
      closed += asking->state() == connection_state::closed ? 1 : 0;
    });
  }
  EXPECT_EQ(closed, repetitions);
}

TEST_F(stream_handler, may_destroy_the_client) {
  for (int i = 0; i < repetitions && !HasFatalFailure(); ++i) {
    in_a_handler([](auto& asking, auto&) { asking.reset(); });
  }
}

TEST_F(stream_handler, may_open_and_drain_a_stream_of_its_own) {
  in_a_handler([&](auto& asking, auto&) {
    auto inner = asking->stream("user:inner").get();
    EXPECT_EQ(agent_.push_user_event({"inner"}), 2U);
    const auto next = inner.next_for(20s);
    EXPECT_TRUE(next && std::get<user_event>(*next).name == "inner");
  });
}

TEST_F(stream_handler, gets_nothing_once_cancel_has_returned) {
  for (int i = 0; i < 200; ++i) {
    client asking(options());
    std::atomic<bool> gone{false}, late{false};
    auto kept = asking.subscribe("user", [&](const user_event&) { late = late || gone; });
    kept.ready().get();
    for (int n = 0; n < 20; ++n) agent_.push_user_event({"e"});
    kept.cancel();
    gone = true;
    asking.close();
    EXPECT_FALSE(late);
  }
}

TEST_F(stream_handler, of_the_start_comes_first_and_that_of_the_end_last) {
  std::mutex mutex;
  std::vector<std::string> heard;
  const auto note = [&](const std::string& what) {
    const std::lock_guard<std::mutex> lock(mutex);
    heard.push_back(what);
  };
  client asking(options());
  auto kept = asking.subscribe(
      "user", event_handlers([&](const user_event& e) {
                note(e.name);
              }).on_start([&](const result<void>& r) {
                  note(r ? "start" : "no start");
                }).on_end([&](const stream_end& end) { note(to_string(end.state)); }));
  kept.ready().get();
  agent_.push_user_event({"a"});
  agent_.push_user_event({"b"});
  agent_.close_connections();
  ASSERT_TRUE(testing::wait_until([&] { return !kept.active(); }, 20s));
  asking.close();
  EXPECT_EQ(heard, (std::vector<std::string>{"start", "a", "b", "lost"}));
}

TEST_F(stream_handler, of_the_end_hears_that_the_client_was_closed) {
  client asking(options());
  std::optional<stream_end> end;
  auto kept =
      asking.subscribe("user", event_handlers().on_end([&](const stream_end& e) { end = e; }));
  kept.ready().get();
  asking.close();
  ASSERT_TRUE(end) << "before close() returns";
  EXPECT_EQ(end->state, stream_state::closed);
  ASSERT_TRUE(end->failure);
  EXPECT_EQ(end->failure->code, errc::client_closed);
}

TEST_F(stream_handler, is_not_called_for_a_backlog_once_the_client_is_closed) {
  client asking(options());
  std::atomic<int> calls{0};
  std::atomic<bool> closed{false}, late{false};
  std::promise<void> first, go;
  const auto gate = go.get_future().share();
  std::optional<stream_end> end;
  auto kept = asking.subscribe("user", event_handlers([&](const user_event&) {
                                         late = late || closed;
                                         if (++calls == 1) first.set_value();
                                         gate.wait();
                                       }).on_end([&](const stream_end& e) { end = e; }));
  kept.ready().get();
  for (int i = 0; i < 1000; ++i) agent_.push_user_event({"e"});
  first.get_future().wait();
  agent_.close_connections();
  ASSERT_TRUE(testing::wait_until([&] { return asking.state() == connection_state::closed; }, 20s));
  std::thread closing([&] {
    asking.close();
    closed = true;
  });
  // What is queued is gone before the handler that runs has returned.
  ASSERT_TRUE(testing::wait_until([&] { return kept.counters().queued == 0; }, 20s));
  go.set_value();
  closing.join();
  EXPECT_FALSE(late);
  EXPECT_EQ(calls, 1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->state, stream_state::lost) << "it ended so, before";
}

TEST_F(stream_handler, that_is_a_null_pointer_is_not_called) {
  client asking(options());
  void (*none)(const user_event&) = nullptr;
  auto kept = asking.subscribe("user", none);
  kept.ready().get();
  agent_.push_user_event({"e"});
  EXPECT_TRUE(testing::wait_until([&] { return kept.counters().delivered == 1; }, 20s));
  std::optional<std::string> (*nothing)(const query_event&) = nullptr;
  auto answers = asking.answer("load", nothing);
  answers.ready().get();
  agent_.push_query("load");
  EXPECT_TRUE(testing::wait_until([&] { return answers.counters().delivered == 1; }, 20s));
}

TEST_F(stream_handler, of_a_refused_filter_hears_so_in_its_start_and_its_end) {
  client asking(options());
  std::promise<errc> started;
  std::promise<stream_state> ended;
  auto kept = asking.subscribe(
      "bogus", event_handlers()
                   .on_start([&](const result<void>& r) { started.set_value(r.error().code); })
                   .on_end([&](const stream_end& e) { ended.set_value(e.state); }));
  EXPECT_EQ(started.get_future().get(), errc::invalid_argument);
  EXPECT_EQ(ended.get_future().get(), stream_state::rejected);
  EXPECT_THROW(kept.ready().get(), std::invalid_argument);
}

TEST_F(stream_handler, that_throws_is_reported_and_goes_on) {
  std::promise<handler_failure> reported;
  std::promise<void> second;
  client asking(
      options().on_handler_failure([&](const handler_failure& what) { reported.set_value(what); }));
  auto kept = asking.subscribe("user", [&](const user_event& e) {
    if (e.name == "first") throw std::runtime_error("boom");
    second.set_value();
  });
  kept.ready().get();
  agent_.push_user_event({"first"});
  agent_.push_user_event({"second"});
  const auto failure = reported.get_future().get();
  EXPECT_EQ(failure.what, "boom");
  EXPECT_EQ(failure.handler, "the subscription to user");
  EXPECT_THROW(std::rethrow_exception(failure.exception), std::runtime_error);
  EXPECT_EQ(second.get_future().wait_for(20s), std::future_status::ready);
}

TEST_F(stream_handler, that_is_slow_is_named_in_the_log_while_it_runs) {
  std::mutex mutex;
  std::string written;
  const auto has_written = [&](const std::string& text) {
    const std::lock_guard<std::mutex> lock(mutex);
    return written.find(text) != std::string::npos;
  };
  client asking(options().handler_watchdog(50ms).log([&](const log_record& record) {
    const std::lock_guard<std::mutex> lock(mutex);
    written += record.text + '\n';
  }));
  std::promise<bool> told;
  auto kept = asking.subscribe("user", [&](const user_event&) {
    told.set_value(testing::wait_until(
        [&] { return has_written("the subscription to user has been running a handler"); }, 20s));
  });
  kept.ready().get();
  agent_.push_user_event({"slow"});
  EXPECT_TRUE(told.get_future().get()) << written;
}

TEST_F(stream_handler, that_asks_what_only_its_own_thread_can_answer_is_told_so_at_once) {
  client asking(options());
  auto answers = asking.answer("load", [](const query_event&) { return "0.7"; });
  answers.ready().get();
  std::promise<errc> refused;
  std::promise<query_end> told;
  asking.stats([&](const result<agent_stats>&) {
    try {
      asking.ask("load", 20s).get();
      refused.set_value(errc{});
    } catch (const error& e) {
      refused.set_value(e.failure().code);
    }
    // It may ask without waiting, and wait for what others answer.
    asking.ask(query_request("load").timeout(200ms),
               [&](const result<query_result>& r) { told.set_value(r->ended); });
    EXPECT_EQ(asking.ask(query_request("others").timeout(100ms)).get().ended, query_end::done);
  });
  EXPECT_EQ(refused.get_future().get(), errc::would_deadlock);
  EXPECT_EQ(told.get_future().get(), query_end::done);
  EXPECT_EQ(asking.ask(query_request("load").timeout(100ms)).get().ended, query_end::done)
      << "elsewhere it is an ask like others";
  answers.cancel();
  std::promise<query_end> alone;
  asking.stats([&](const result<agent_stats>&) {
    alone.set_value(asking.ask(query_request("load").timeout(100ms)).get().ended);
  });
  EXPECT_EQ(alone.get_future().get(), query_end::done) << "nor is it one that answers itself now";
}

}  // namespace
}  // namespace serf
