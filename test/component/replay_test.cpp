// Serving recordings again, byte by byte, to a client that is none of ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <serf/testing/replay.hpp>

#include "support/fake_client.hpp"
#include "support/temporary_directory.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// {"Command": command, "Seq": seq} as the recordings here have it.
std::string header(const std::string& command, char seq) {
  return "\x82\xa7"
         "Command" +
         std::string(1, static_cast<char>(0xa0 + command.size())) + command + "\xa3Seq" + seq;
}

// {"AuthKey": key}
std::string auth_body(const std::string& key) {
  return "\x81\xa7"
         "AuthKey" +
         std::string(1, static_cast<char>(0xa0 + key.size())) + key;
}

constexpr auto leave_1 = R"(\x82\xa7Command\xa5leave\xa3Seq\x01)";
constexpr auto stats_2 = R"(\x82\xa7Command\xa5stats\xa3Seq\x02)";

class replay : public ::testing::Test {
 protected:
  // The lines of a recording, without the first.
  std::string file_of(const std::vector<std::string>& lines, const std::string& first = "1") {
    const std::string file = directory_ / "session.txt";
    std::ofstream out(file);
    out << "serf-session " << first << '\n';
    for (const auto& line : lines) out << line << '\n';
    return file;
  }
  std::string one_connection(const std::vector<std::string>& lines) {
    std::vector<std::string> all{"0.000000 1 open 127.0.0.1:7373"};
    for (const auto& line : lines) all.push_back("0.000000 1 " + line);
    all.emplace_back("0.000000 end");
    return file_of(all);
  }
  std::string refusal_of(const std::string& file) {
    try {
      const auto session = replay_agent_session(file);
      return "(none)";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  temporary_directory directory_;
};

TEST_F(replay, sends_what_was_recorded_when_what_came_before_it_has_come) {
  const auto session =
      replay_agent_session(one_connection({std::string("> ") + leave_1, R"(< one\x00)", "< two",
                                           std::string("> ") + stats_2, "< three", "close agent"}));
  fake_client client(session.host(), session.port());
  client.send(header("leave", 1).substr(0, 10));
  EXPECT_FALSE(client.hears_something(50ms));
  client.send(header("leave", 1).substr(10));
  EXPECT_EQ(client.read(7), std::string("one\0two", 7));
  EXPECT_FALSE(client.hears_something(50ms));
  EXPECT_FALSE(session.wait_done(0ms));
  EXPECT_EQ(session.outstanding(), "connection 1 waits for request 2 (stats, Seq 2)");
  client.send(header("stats", 2));
  EXPECT_EQ(client.read_to_end(), "three");
  EXPECT_TRUE(session.wait_done(5s));
  EXPECT_EQ(session.outstanding(), "");
  EXPECT_EQ(session.mismatch(), std::nullopt);
}

TEST_F(replay, takes_as_long_as_the_agent_took_if_asked_to) {
  const auto file = file_of({"0.000000 1 open a:1", std::string("5.000000 1 > ") + leave_1,
                             "5.200000 1 < one", "5.300000 end"});
  const auto session =
      replay_agent_session(file, replay_options().pace(replay_pace::as_recorded).address("::1"));
  EXPECT_THAT(session.address(), StartsWith("[::1]:"));
  fake_client client(session.host(), session.port());
  const auto start = std::chrono::steady_clock::now();
  client.send(header("leave", 1));
  EXPECT_EQ(client.read(3), "one");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 200ms);
  EXPECT_TRUE(session.wait_done(5s));
}

TEST_F(replay, gives_each_connection_the_next_one_of_the_recording) {
  const auto session = replay_agent_session(file_of(
      {"0.000000 2 unreachable a:1 Connection refused", "0.000000 3 open a:1",
       "0.000000 1 open a:1", "0.000000 3 < second", "0.000000 1 < first",
       "0.000000 1 lost Connection reset by peer", "0.000000 3 close client", "0.000000 end"}));
  fake_client one(session.host(), session.port());
  EXPECT_EQ(one.read(5), "first");
  EXPECT_EQ(session.outstanding(), "connection 3 has not been opened");
  fake_client two(session.host(), session.port());
  EXPECT_EQ(two.read(6), "second");
  EXPECT_EQ(one.read_to_end(), "");
  EXPECT_EQ(one.state(), fake_client_state::reset);
  EXPECT_TRUE(session.wait_done(5s)) << session.outstanding();

  const fake_client three(session.host(), session.port());
  EXPECT_EQ(two.read_to_end(), "");
  EXPECT_EQ(session.mismatch(),
            "the client opened a connection more than the 2 that were recorded");
  EXPECT_FALSE(session.wait_done(0ms));
}

TEST_F(replay, says_which_request_differs_and_where) {
  const auto session = replay_agent_session(
      one_connection({std::string("> ") + leave_1,
                      R"(> \x82\xa7Command\xa6stream\xa3Seq\x02\x81\xa4Type\xa4user)", "< never"}));
  fake_client client(session.host(), session.port());
  client.send(header("leave", 1));
  client.send(header("stream", 2) + "\x81\xa4Type\xa4uses");
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_FALSE(session.wait_done(5s));
  EXPECT_EQ(session.mismatch(),
            "connection 1: request 2 (stream, Seq 2) differs from what was recorded, at its byte "
            "31 (" +
                (directory_ / "session.txt") +
                ":4)\n"
                "  recorded: stream, Seq 2: {\"Type\": \"user\"}\n"
                "  sent:     stream, Seq 2: {\"Type\": \"uses\"}");
  EXPECT_EQ(session.outstanding(), session.mismatch());
  fake_client late(session.host(), session.port());
  EXPECT_EQ(late.read_to_end(), "");
}

TEST_F(replay, says_that_another_seq_or_command_came) {
  const auto session = replay_agent_session(one_connection({std::string("> ") + leave_1}));
  fake_client client(session.host(), session.port());
  client.send(header("leave", 2));
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_THAT(*session.mismatch(), HasSubstr("recorded: leave, Seq 1\n  sent:     leave, Seq 2"));
}

TEST_F(replay, says_that_more_came_than_was_recorded) {
  const auto session = replay_agent_session(one_connection({std::string("> ") + leave_1}));
  fake_client client(session.host(), session.port());
  client.send(header("leave", 1) + header("stats", 2));
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(session.mismatch(),
            "connection 1: the client sent more than was recorded: stats, Seq 2");
}

TEST_F(replay, says_that_the_client_closed_too_early) {
  const auto session = replay_agent_session(
      one_connection({std::string("> ") + leave_1, std::string("> ") + stats_2, "close client"}));
  fake_client client(session.host(), session.port());
  client.send(header("leave", 1) + "\x82");
  client.close();
  EXPECT_FALSE(session.wait_done(5s));
  EXPECT_EQ(session.mismatch(),
            "connection 1: the client closed it before it sent request 2 (stats, Seq 2)");
}

TEST_F(replay, takes_any_key_where_one_was_redacted) {
  const auto file = one_connection(
      {R"(> \x82\xa7Command\xa4auth\xa3Seq\x01\x81\xa7AuthKey\xa6\{1-reda\})", "< fine",
       R"(> \x82\xa7Command\xa5stats\xa3Seq\x02\xa8<\{1-reda\}>)", "< too"});
  for (const std::string key : {"sesame", "open", "", "a-key-that-is-longer"}) {
    const auto session = replay_agent_session(file);
    fake_client client(session.host(), session.port());
    // In pieces: each border may fall into the key.
    for (const char byte : header("auth", 1) + auth_body(key)) client.send(std::string(1, byte));
    EXPECT_EQ(client.read(4), "fine") << key;
    // Within a text, it has its length.
    client.send(header("stats", 2) + "\xa8<6bytes>");
    EXPECT_EQ(client.read(3), "too") << key;
    EXPECT_TRUE(session.wait_done(5s)) << session.outstanding();
  }
}

TEST_F(replay, shows_no_key_in_a_mismatch) {
  const auto session = replay_agent_session(one_connection({std::string("> ") + leave_1}));
  fake_client client(session.host(), session.port());
  client.send(header("auth", 1) + auth_body("sesame"));
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_THAT(*session.mismatch(), HasSubstr("auth, Seq 1: {\"AuthKey\": \"(redacted)\"}"));
  EXPECT_THAT(*session.mismatch(), Not(HasSubstr("sesame")));
}

TEST_F(replay, names_file_and_line_of_what_is_wrong) {
  const std::string name = directory_ / "session.txt";
  EXPECT_EQ(refusal_of(directory_ / "missing"),
            (directory_ / "missing") + ": cannot be read: No such file or directory");
  std::ofstream(name).close();
  EXPECT_EQ(refusal_of(name), name + ":0: the file is empty");
  std::ofstream(name) << "GIF89a\n";
  EXPECT_EQ(refusal_of(name), name + ":1: this is no recording of a session with an agent");
  EXPECT_EQ(refusal_of(file_of({}, "2")),
            name + ":1: recorded in format 2, and only 1 is known here");

  const std::pair<const char*, const char*> lines[] = {
      {"0.1 1 < x", "it does not begin with a time in seconds, with six decimals"},
      {"1.000000 end\n1.000000 1 < x", "there is something behind the end"},
      {"0.000000", "the number of the connection is missing"},
      {"0.000000 2 < x", "connection 2 is not open"},
      {"0.000000 1 open a:1", "connection 1 was opened before"},
      {"2.000000 1 < x\n1.000000 1 < x", "it happened before what stands above it"},
      {"0.000000 1 = x", "\"= x\" is nothing that happens to a connection"},
      {"0.000000 1 close nobody", "\"close nobody\" is nothing that happens to a connection"},
      {"0.000000 1 > ", "there are no bytes"},
      {R"(0.000000 1 > \x4)", R"("\x4" stands for no byte)"},
      {R"(0.000000 1 > \n)", R"("\n" stands for no byte)"},
      {R"(0.000000 1 > \{abc)", "a redacted key without its end"},
      {"0.000000 1 > \t", "a byte that is not printable ASCII"},
  };
  for (const auto& [line, flaw] : lines) {
    const std::string text = line;
    const int number = text.find('\n') == std::string::npos ? 4 : 5;
    EXPECT_EQ(refusal_of(file_of({"", "0.000000 1 open a:1", text})),
              name + ":" + std::to_string(number) + ": " + flaw);
  }
}

TEST_F(replay, of_a_recording_that_is_cut_short_has_to_be_asked_for) {
  const std::string name = directory_ / "session.txt";
  {
    std::ofstream out(name);
    out << "serf-session 1\n0.000000 1 open a:1\n0.000000 1 < one\n";
  }
  EXPECT_THAT(refusal_of(name), StartsWith(name + ":3: the recording is cut short"));
  std::ofstream(name, std::ios::app) << "0.000000 1 < tw";
  EXPECT_THAT(refusal_of(name), StartsWith(name + ":4: the recording is cut short"));

  const auto session = replay_agent_session(name, replay_options().cut_short());
  fake_client client(session.host(), session.port());
  EXPECT_EQ(client.read(3), "one");
  EXPECT_TRUE(session.wait_done(5s)) << session.outstanding();
  EXPECT_FALSE(client.hears_something(50ms));
}

}  // namespace
}  // namespace serf::testing
