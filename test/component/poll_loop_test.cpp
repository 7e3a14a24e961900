// A stream among other descriptors, in a loop of the application's own.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;

class poll_loop : public ::testing::Test {
 protected:
  poll_loop() : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    EXPECT_EQ(::pipe2(pipe_, O_NONBLOCK | O_CLOEXEC), 0);
    const itimerspec every_5_ms{{0, 5'000'000}, {0, 5'000'000}};
    EXPECT_EQ(::timerfd_settime(timer_, 0, &every_5_ms, nullptr), 0);
  }
  ~poll_loop() override {
    for (const int each : {pipe_[0], pipe_[1], timer_}) ::close(each);
  }

  struct seen {
    int wakes = 0;  // of poll()
    int empty = 0;  // of these, because of the stream, when it had nothing
    int ticks = 0;
    int letters = 0;  // that came through the pipe
    std::vector<std::string> names;
  };

  // Until the stream has ended, or poll() says nothing for too long.
  seen loop(event_stream& stream) const {
    seen all;
    pollfd on[] = {{stream.native_handle(), POLLIN, 0}, {pipe_[0], POLLIN, 0}, {timer_, POLLIN, 0}};
    while (::poll(on, 3, 20'000) > 0) {
      ++all.wakes;
      if ((on[0].revents & POLLIN) != 0) {
        const std::size_t before = all.names.size();
        const bool ended(stream.end());  // asked first: records may come until then
        while (const auto next = stream.try_next()) {
          all.names.push_back(std::get<user_event>(*next).name);
        }
        if (ended) return all;
        all.empty += all.names.size() == before ? 1 : 0;
      }
      char letter = 0;
      if ((on[1].revents & POLLIN) != 0) all.letters += ::read(pipe_[0], &letter, 1) == 1 ? 1 : 0;
      std::uint64_t expired = 0;
      if ((on[2].revents & POLLIN) != 0 && ::read(timer_, &expired, sizeof expired) > 0) {
        ++all.ticks;
      }
    }
    ADD_FAILURE() << "the end did not wake poll()";
    return all;
  }

  int pipe_[2] = {-1, -1};
  const int timer_;
};

TEST_F(poll_loop, wakes_for_each_burst_and_for_the_end_and_for_nothing_else) {
  fake_agent agent;
  client asking(client_options(agent.address()).reconnect(false));
  auto stream = asking.stream("user").get();
  constexpr int bursts = 200, events = 10;
  std::thread source([&] {
    for (int burst = 0; burst < bursts; ++burst) {
      for (int i = 0; i < events; ++i) agent.push_user_event({std::to_string(burst)});
      EXPECT_EQ(::write(pipe_[1], "x", 1), 1);
    }
    agent.close_connections();
  });
  const seen all = loop(stream);
  source.join();
  ASSERT_EQ(all.names.size(), std::size_t{bursts * events});
  for (std::size_t i = 0; i < all.names.size(); ++i) {
    ASSERT_EQ(all.names[i], std::to_string(i / events));
  }
  EXPECT_GT(all.ticks, 0);
  EXPECT_LE(all.empty, 0) << "readable, and nothing there";
  EXPECT_LE(all.wakes, bursts * events + all.letters + all.ticks + 1);
  EXPECT_EQ(stream.end().state, stream_state::lost);
}

TEST_F(poll_loop, does_not_wake_for_a_stream_that_is_silent) {
  fake_agent agent;
  client asking(agent.address());
  auto stream = asking.stream("user").get();
  pollfd on{stream.native_handle(), POLLIN, 0};
  EXPECT_EQ(::poll(&on, 1, 50), 0);
  agent.push_user_event({"e"});
  EXPECT_EQ(::poll(&on, 1, 20'000), 1);
  EXPECT_TRUE(stream.try_next());
  EXPECT_EQ(::poll(&on, 1, 0), 0);
  stream.close();
  EXPECT_EQ(::poll(&on, 1, 0), 1) << "its end is something to read";
}

}  // namespace
}  // namespace serf
