// Recording where the agent, the file or the process fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "component/recording_fixture.hpp"
#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::fake_agent;
using ::testing::HasSubstr;
using testing::replay_agent_session;
using testing::replay_options;
using testing::wait_until;

class recording_trouble : public recording {};

TEST_F(recording_trouble, of_an_agent_that_cannot_be_reached_says_so) {
  std::string address;
  {
    const fake_agent gone;
    address = gone.address();
  }
  {
    client recorded(options(address).session_recording(file_));
    EXPECT_THROW(recorded.ready().get(), connection_error);
  }
  EXPECT_THAT(recorded(), HasSubstr(" 1 unreachable " + address + " Connection refused\n"));
}

TEST_F(recording_trouble, to_a_file_that_cannot_be_written_makes_no_client) {
  const std::string nowhere = directory_ / "missing/session.txt";
  const auto recorded = options("127.0.0.1:1").session_recording(nowhere);
  try {
    const client refused(recorded);
    FAIL() << "there is a client";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr(nowhere));
  }
  const auto made = client::create(recorded);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::invalid_argument);
  EXPECT_THAT(made.error().message, HasSubstr(nowhere));
}

TEST_F(recording_trouble, to_a_full_disk_stops_with_one_line_in_the_log_and_the_client_goes_on) {
  fake_agent agent;
  std::mutex mutex;
  std::vector<std::string> logged;
  {
    client recorded(options(agent.address())
                        .session_recording("/dev/full")
                        .log(
                            [&](const log_record& record) {
                              const std::lock_guard<std::mutex> lock(mutex);
                              logged.push_back(record.text);
                            },
                            log_level::err));
    for (int i = 0; i < 100; ++i) EXPECT_EQ(recorded.members().get().size(), 1U);
    EXPECT_TRUE(wait_until(
        [&] {
          const std::lock_guard<std::mutex> lock(mutex);
          return !logged.empty();
        },
        10s));
  }
  EXPECT_THAT(logged, ElementsAre(HasSubstr("No space left on device")));
}

TEST_F(recording_trouble, of_a_process_that_is_killed_is_usable) {
  EXPECT_EXIT(
      {
        fake_agent agent;
        client killed(options(agent.address()).session_recording(file_));
        killed.stats().get();
        wait_until([&] { return count_of(" 1 < ") >= 2; }, 10s);
        ::raise(SIGKILL);
      },
      ::testing::KilledBySignal(SIGKILL), "");
  EXPECT_THROW(replay_agent_session(file_), std::runtime_error);
  const auto session = replay_agent_session(file_, replay_options().cut_short());
  client replayed(options(session.address()));
  EXPECT_EQ(replayed.stats().get().members, 1U);
  EXPECT_TRUE(session.wait_done(10s)) << session.outstanding();
}

}  // namespace
}  // namespace serf
