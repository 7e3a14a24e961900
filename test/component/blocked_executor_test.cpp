#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf {
namespace {

using namespace std::chrono_literals;

// A pool whose queue is full.
TEST(blocked_executor, holds_up_no_call_no_stream_and_no_other_handler) {
  testing::fake_agent agent;
  std::promise<void> called, go;
  const auto gate = go.get_future().share();
  client asking(client_options(agent.address()).reconnect(false).call_timeout(20s));
  auto stuck = asking.subscribe(
      "user", [](const user_event&) {},
      stream_options().deliver(delivery::on([&, first = true](std::function<void()> job) mutable {
        if (std::exchange(first, false)) called.set_value();
        gate.wait();
        std::thread(std::move(job)).detach();
      })));
  called.get_future().wait();
  EXPECT_EQ(asking.members().wait_for(20s), std::future_status::ready);
  std::promise<void> handled;
  asking.stats([&](const result<agent_stats>&) { handled.set_value(); });
  EXPECT_EQ(handled.get_future().wait_for(20s), std::future_status::ready);
  auto stream = asking.stream("user");
  if (stream.wait_for(20s) == std::future_status::ready) {
    agent.push_user_event({"e"});
    EXPECT_TRUE(stream.get().next_for(20s));
  } else {
    ADD_FAILURE() << "no stream is opened";
  }
  go.set_value();
}

}  // namespace
}  // namespace serf
