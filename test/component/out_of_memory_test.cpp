// Wherever memory runs out: nothing waits for ever, and the client goes on.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "scarce_memory.hpp"
#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;
using testing::fake_agent_options;
using testing::no_memory;
using testing::scarce_memory;

constexpr auto patience = 20s;
constexpr long enough = 2000;  // allocations; a scenario has some hundreds
constexpr auto io_thread = "serf-io";

class out_of_memory : public ::testing::Test {
 protected:
  client_options options() {
    return client_options(agent().address()).reconnect(reconnect_options().initial_delay(1ms));
  }

  // It ends, one way or the other.
  template <class T>
  static bool is_told(std::future<T>& outcome) {
    return outcome.wait_for(patience) == std::future_status::ready;
  }
  template <class T>
  static std::optional<T> value_of(std::future<T>& outcome) {
    try {
      return outcome.get();
    } catch (const std::future_error& broken) {
      ADD_FAILURE() << broken.what();
    } catch (const std::exception&) {
      // refused, lost, or no memory: whoever waits knows
    }
    return std::nullopt;
  }

  static bool serves(client& asking) {
    return testing::wait_until(
        [&] {
          auto members = asking.members({}, patience);
          return is_told(members) && value_of(members);
        },
        patience);
  }
  // Records come, or it has ended.
  bool is_alive_or_over(event_stream& stream) {
    return testing::wait_until(
        [&] {
          agent().push_user_event({"e"});
          while (auto record = stream.next_for(20ms)) {
            if (std::holds_alternative<user_event>(*record)) return true;
          }
          return stream.end().state != stream_state::open;
        },
        patience);
  }

  fake_agent& agent() { return *agent_; }

  // The scenario once for each allocation that there is in it.
  void wherever(const std::function<void(long)>& scenario) {
    failed_ = true;
    long nth = 0;
    for (; failed_; ++nth) {
      SCOPED_TRACE("allocation " + std::to_string(nth));
      ASSERT_LT(nth, enough);
      agent_.emplace(fake_agent_options().quiet_log());
      ASSERT_NO_FATAL_FAILURE(scenario(nth));
    }
    EXPECT_GT(nth, 3) << "there are more than that";
  }

  // That call is told, or throws, and the client is none the worse for it.
  template <class Call>
  void call_without_memory(client& asking, Call call) {
    failed_ = true;
    for (long nth = 0; failed_; ++nth) {
      SCOPED_TRACE("allocation " + std::to_string(nth));
      ASSERT_LT(nth, enough);
      decltype(call(asking)) outcome;
      scarce_memory scarce(nth);
      try {
        outcome = call(asking);
      } catch (const std::bad_alloc&) {
      }
      failed_ = scarce.end();
      if (outcome.valid()) {
        ASSERT_TRUE(is_told(outcome));
        try {
          outcome.get();
        } catch (const error& told) {
          EXPECT_EQ(told.failure().code, errc::no_resources) << told.what();
        } catch (const std::bad_alloc&) {
        }
      }
      ASSERT_TRUE(serves(asking));
    }
  }

  std::optional<fake_agent> agent_;
  bool failed_ = false;
};

TEST_F(out_of_memory, on_the_io_thread_while_waiting_calls_go_out_leaves_nobody_waiting) {
  wherever([&](long nth) {
    agent().on("handshake").once().hold();
    client asking(options());
    ASSERT_TRUE(agent().wait_for_request("handshake", patience));
    std::vector<std::future<event_stream>> opening;
    for (const auto* filter : {"user", "user", "user:e"}) {
      opening.push_back(asking.stream(filter, patience / 2));
    }
    auto ready = asking.ready(patience / 2);
    auto members = asking.members({}, patience / 2);
    auto event = asking.event(user_event_request("e"), patience / 2);

    scarce_memory scarce(io_thread, nth);
    agent().release();
    std::vector<event_stream> streams;
    for (auto& each : opening) {
      ASSERT_TRUE(is_told(each));
      if (auto opened = value_of(each)) streams.push_back(std::move(*opened));
    }
    ASSERT_TRUE(is_told(ready));
    ASSERT_TRUE(is_told(members));
    ASSERT_TRUE(is_told(event));
    for (auto& each : streams) ASSERT_TRUE(is_alive_or_over(each));
    failed_ = scarce.end();

    ASSERT_TRUE(serves(asking));
    for (auto& each : streams) ASSERT_TRUE(is_alive_or_over(each));
  });
}

TEST_F(out_of_memory, on_the_io_thread_while_a_connection_is_lost_is_got_over) {
  wherever([&](long nth) {
    client asking(options());
    auto stream = asking.stream("user", patience).get();
    agent().on("members").once().hold();
    auto members = asking.members({}, patience / 2);
    ASSERT_TRUE(agent().wait_for_request("members", patience));

    scarce_memory scarce(io_thread, nth);
    agent().close_connections();
    ASSERT_TRUE(is_told(members));
    ASSERT_TRUE(serves(asking));
    failed_ = scarce.end();
    ASSERT_TRUE(is_alive_or_over(stream));
  });
}

TEST_F(out_of_memory, on_the_io_thread_at_a_deadline_leaves_nobody_waiting) {
  wherever([&](long nth) {
    client asking(options());
    asking.ready(patience).get();
    agent().on("members").times(2).stay_silent();
    scarce_memory scarce(io_thread, nth);
    auto first = asking.members({}, 5ms);
    auto second = asking.members({}, 5ms);
    ASSERT_TRUE(is_told(first));
    ASSERT_TRUE(is_told(second));
    failed_ = scarce.end();
    agent().on("members").as_usual();
    ASSERT_TRUE(serves(asking));
  });
}

TEST_F(out_of_memory, on_the_io_thread_at_the_end_leaves_nobody_waiting) {
  wherever([&](long nth) {
    auto asking = std::make_unique<client>(options());
    auto stream = asking->stream("user", patience).get();
    agent().on("members").once().hold();
    auto members = asking->members({}, patience);
    ASSERT_TRUE(agent().wait_for_request("members", patience));
    scarce_memory scarce(io_thread, nth);
    asking.reset();
    failed_ = scarce.end();
    EXPECT_TRUE(is_told(members));
    EXPECT_NE(stream.end().state, stream_state::open);
  });
}

TEST_F(out_of_memory, on_a_callers_thread_costs_that_call_alone) {
  agent_.emplace(fake_agent_options().quiet_log());
  client asking(options());
  asking.ready(patience).get();
  const event_filter filter("user");
  const stream_options how(patience);
  const user_event_request event("e", std::string(100, 'x'));
  const query_request query("q", std::string(500, 'x'));
  call_without_memory(asking, [&](client& c) { return c.stream(filter, how); });
  const auto shared = asking.stream(filter, how).get();
  call_without_memory(asking, [&](client& c) { return c.stream(filter, how); });
  call_without_memory(asking, [&](client& c) { return c.event(event, patience); });
  call_without_memory(asking, [&](client& c) { return c.query(query, how); });
  EXPECT_EQ(agent().connections_accepted(), 1U) << "no request went out in part";
}

TEST_F(out_of_memory, on_a_callers_thread_leaves_alone_what_waits_already) {
  agent_.emplace(fake_agent_options().quiet_log());
  agent().on("handshake").once().hold();
  client asking(options());
  ASSERT_TRUE(agent().wait_for_request("handshake", patience));
  auto waits = asking.members({}, patience);
  const event_filter filter("user");
  const stream_options how(patience);
  std::vector<std::future<event_stream>> opening;
  opening.reserve(enough);
  for (bool failed = true; failed;) {
    scarce_memory scarce(static_cast<long>(opening.size()));
    std::future<event_stream> made;
    try {
      made = asking.stream(filter, how);
    } catch (const std::bad_alloc&) {
    }
    failed = scarce.end();
    opening.push_back(std::move(made));
  }
  agent().release();
  EXPECT_FALSE(waits.get().empty());
  for (auto& each : opening) {
    if (each.valid()) {
      EXPECT_TRUE(is_told(each));
    }
  }
  EXPECT_TRUE(serves(asking));
}

TEST_F(out_of_memory,
       for_a_while_on_the_io_thread_costs_an_idle_client_nothing_but_its_connection) {
  agent_.emplace(fake_agent_options().quiet_log());
  client asking(options());
  auto stream = asking.stream("user", patience).get();
  ASSERT_TRUE(is_alive_or_over(stream));
  {
    const no_memory none(io_thread);
    agent().close_connections();
    ASSERT_TRUE(testing::wait_until([] { return no_memory::failures() >= 50; }, patience));
  }
  ASSERT_TRUE(serves(asking));
  EXPECT_TRUE(is_alive_or_over(stream));
  EXPECT_EQ(stream.end().state, stream_state::open);
}

TEST_F(out_of_memory, for_a_moment_does_not_end_the_watch_over_handlers) {
  agent_.emplace(fake_agent_options().quiet_log());
  std::atomic<int> lines{0};
  client asking(options().handler_watchdog(5ms).log([&](const log_record& record) {
    if (record.text.find("has been running a handler") != std::string::npos) ++lines;
  }));
  // Each runs until it is named, or, where there was no memory for that, for a while.
  const auto kept = asking.every(1ms, [&] {
    testing::wait_until([&, before = lines.load()] { return lines > before; }, 50ms);
  });
  const auto goes_on = [&] {
    const int before = lines;
    return testing::wait_until([&] { return lines > before + 1; }, patience);
  };
  ASSERT_TRUE(goes_on());
  for (long nth = 0; nth < 20; ++nth) {
    scarce_memory scarce(io_thread, nth);
    ASSERT_TRUE(goes_on()) << nth;
    scarce.end();
    ASSERT_TRUE(goes_on()) << nth;
  }
}

TEST_F(out_of_memory, for_a_moment_does_not_end_calls_at_equal_intervals) {
  agent_.emplace(fake_agent_options().quiet_log());
  client asking(options());
  std::atomic<int> calls{0};
  const auto kept = asking.every(1ms, [&] { ++calls; });
  const auto goes_on = [&] {
    const int before = calls;
    return testing::wait_until([&] { return calls > before + 1; }, patience);
  };
  ASSERT_TRUE(goes_on());
  for (long nth = 0; nth < 40; ++nth) {
    scarce_memory scarce(io_thread, nth);
    ASSERT_TRUE(goes_on()) << nth;
    scarce.end();
    ASSERT_TRUE(goes_on()) << nth;
  }
  EXPECT_TRUE(serves(asking));
}

}  // namespace
}  // namespace serf
