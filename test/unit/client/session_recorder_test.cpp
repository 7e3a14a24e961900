#include "client/session_recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/temporary_directory.hpp"

namespace serf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using kind = session_note::kind;

class session_recorder_test : public ::testing::Test {
 protected:
  std::string file() const { return directory_ / "session"; }
  std::vector<std::string> lines() const {
    std::ifstream in(file());
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  session_recorder::stopped_hook noted() {
    return [this](const std::string& why) { stopped_.push_back(why); };
  }

  const testing::temporary_directory directory_;
  std::vector<std::string> stopped_;  // of the recorder's thread, until it has ended
};

void note(session_recorder& recorder, std::uint64_t connection, kind what,
          std::string_view text = {}) {
  recorder.note(recorder.take_turn(), connection, what, text);
}

TEST_F(session_recorder_test, writes_what_was_noted_in_order_with_the_time) {
  session_recorder recorder(file(), "", noted());
  EXPECT_EQ(recorder.next_connection(recorder.take_turn()), 1U);
  EXPECT_EQ(recorder.next_connection(recorder.take_turn()), 2U);
  note(recorder, 1, kind::opened, "127.0.0.1:7373");
  note(recorder, 1, kind::sent, "\x01");
  note(recorder, 2, kind::opened, "[::1]:7373");
  note(recorder, 1, kind::received, "\x02");
  note(recorder, 2, kind::lost, "Connection reset by peer");
  note(recorder, 3, kind::unreachable, "[::1]:7373 Connection refused");
  note(recorder, 1, kind::closed_by_agent);
  recorder.finish();
  EXPECT_THAT(
      lines(),
      ElementsAre("serf-session 1", MatchesRegex("# recorded by serfclient [0-9.]+"),
                  MatchesRegex("0\\.[0-9]{6} 1 open 127\\.0\\.0\\.1:7373"),
                  MatchesRegex("0\\.[0-9]{6} 1 > .x01"),
                  MatchesRegex("0\\.[0-9]{6} 2 open .::1.:7373"),
                  MatchesRegex("0\\.[0-9]{6} 1 < .x02"),
                  MatchesRegex("0\\.[0-9]{6} 2 lost Connection reset by peer"),
                  MatchesRegex("0\\.[0-9]{6} 3 unreachable .::1.:7373 Connection refused"),
                  MatchesRegex("0\\.[0-9]{6} 1 close agent"), MatchesRegex("0\\.[0-9]{6} end")));
  EXPECT_THAT(stopped_, IsEmpty());
}

TEST_F(session_recorder_test, notes_nothing_behind_the_end) {
  session_recorder recorder(file(), "", noted());
  recorder.finish();
  note(recorder, 1, kind::sent, "late");
  recorder.finish();
  ASSERT_EQ(lines().size(), 3U);
}

TEST_F(session_recorder_test, loses_nothing_of_what_many_threads_note) {
  constexpr std::size_t threads = 4, notes = 2000;
  {
    session_recorder recorder(file(), "", noted());
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < threads; ++i) {
      all.emplace_back([&recorder, i] {
        for (std::size_t n = 0; n < notes; ++n) note(recorder, i + 1, kind::sent, "x");
      });
    }
    for (auto& each : all) each.join();
  }
  EXPECT_EQ(lines().size(), 3 + threads * notes);
}

TEST_F(session_recorder_test, does_not_open_a_file_that_cannot_be_written) {
  try {
    session_recorder recorder(directory_ / "missing/session", "", noted());
    FAIL() << "it is recorded";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr(directory_ / "missing/session"));
    EXPECT_THAT(error.what(), HasSubstr("No such file or directory"));
  }
  EXPECT_THROW(session_recorder(directory_.path(), "", noted()), std::invalid_argument);
}

TEST_F(session_recorder_test, does_not_open_a_file_that_another_records_to) {
  session_recorder recorder(file(), "", noted());
  try {
    session_recorder second(file(), "", noted());
    FAIL() << "it is recorded twice";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("another client records to it"));
  }
  recorder.finish();
  EXPECT_EQ(lines().size(), 3U);
}

TEST_F(session_recorder_test, makes_the_file_anew_for_its_owner_alone) {
  session_recorder(file(), "", noted()).finish();
  EXPECT_EQ(lines().size(), 3U);
  EXPECT_EQ(std::filesystem::status(file()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::ofstream(file()) << "an older one\nof several\nlines\nand\nmore";
  session_recorder(file(), "", noted()).finish();
  EXPECT_EQ(lines().size(), 3U);
}

TEST_F(session_recorder_test, says_once_that_the_disk_is_full_and_goes_on_without) {
  {
    session_recorder recorder("/dev/full", "", noted());
    for (int i = 0; i < 100; ++i) note(recorder, 1, kind::sent, std::string(100000, 'x'));
  }
  ASSERT_EQ(stopped_.size(), 1U);
  EXPECT_THAT(stopped_[0], HasSubstr("/dev/full"));
  EXPECT_THAT(stopped_[0], HasSubstr("No space left on device"));
}

}  // namespace
}  // namespace serf
