// The samples that watch, drain, answer and ask do what their opening comments say, run as a user
// runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "integration/background_program.hpp"
#include "support/deadline.hpp"
#include "support/real_cluster.hpp"
#include "support/run_program.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

bool has(const std::string& output, const std::string& text) {
  return output.find(text) != std::string::npos;
}

std::vector<std::string> sorted_lines(const std::string& output) {
  std::vector<std::string> lines;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

class stream_samples : public ::testing::Test {
 protected:
  std::string address(std::size_t index) { return cluster_.agent(index).rpc_address(); }

  // Running, and heard saying that it is ready.
  std::unique_ptr<background_program> started(const std::string& file, std::size_t agent,
                                              std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--rpc-addr", address(agent)});
    auto program = std::make_unique<background_program>(file, arguments);
    const auto word = file == SERF_WATCH_SAMPLE   ? "watching\n"
                      : file == SERF_DRAIN_SAMPLE ? "listening\n"
                                                  : "ready\n";
    EXPECT_TRUE(program->wait_for_error_output(word, 20s)) << program->error_output();
    return program;
  }

  program_result ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--rpc-addr", address(0)});
    return run_program(SERF_ASK_SAMPLE, arguments, {});
  }

  void send(const std::string& name, const std::string& payload) {
    EXPECT_EQ(cluster_.run_serf(0, {"event", "-coalesce=false", name, payload}).exit_code, 0);
  }

  real_cluster cluster_{real_cluster_options(3).tags(1, {{"role", "db"}})};
};

TEST_F(stream_samples, watch_prints_events_as_they_come_and_ends_after_as_many_as_asked) {
  const auto watch = started(SERF_WATCH_SAMPLE, 0, {"--filter", "user,query", "--count", "3"});
  send("deploy", "v1");
  EXPECT_TRUE(watch->wait_for_output("user \"deploy\": \"v1\"\n", 20s));
  send("deploy", "\x1b[31m");
  EXPECT_EQ(ask({"--timeout", "0.2", "uptime"}).exit_code, 0);
  const auto result = watch->result(20s);
  EXPECT_EQ(result.exit_code, 0) << result.error_output;
  EXPECT_EQ(result.output,
            "user \"deploy\": \"v1\"\nuser \"deploy\": \"\\x1b[31m\"\nquery \"uptime\"\n");
}

TEST_F(stream_samples, watch_prints_members_that_join_and_the_log_until_interrupted) {
  const auto watch =
      started(SERF_WATCH_SAMPLE, 0, {"--filter", "member-join", "--log-level", "info"});
  real_agent fourth(real_agent_options().name("n4"));
  fourth.join(cluster_.agent(0).gossip_address());  // the one that is watched hears of it first
  EXPECT_TRUE(watch->wait_for_output("member-join\n", 20s));
  EXPECT_TRUE(watch->wait_for_output("n4  " + fourth.gossip_address() + "  alive", 20s));
  EXPECT_TRUE(watch->wait_for_output("Received event: member-join", 20s));
  watch->signal(SIGINT);
  const auto result = watch->result(20s);
  EXPECT_EQ(result.exit_code, 0) << result.error_output;
  EXPECT_THAT(result.output, HasSubstr("earlier: "));
}

TEST_F(stream_samples, watch_and_drain_and_answer_go_on_where_the_agent_comes_back) {
  const auto watch = started(SERF_WATCH_SAMPLE, 2, {"--filter", "user"});
  const auto drain = started(SERF_DRAIN_SAMPLE, 2, {"--filter", "user"});
  const auto answer = started(SERF_ANSWER_SAMPLE, 2, {"--name", "uptime", "--response", "42"});
  cluster_.restart(2);
  for (const auto* const program : {&watch, &drain}) {
    EXPECT_TRUE((*program)->wait_for_output("gap: some records missed while reconnecting", 20s))
        << (*program)->error_output();
  }
  send("deploy", "v2");
  EXPECT_TRUE(watch->wait_for_output("user \"deploy\": \"v2\"\n", 20s));
  EXPECT_TRUE(drain->wait_for_output("user \"deploy\": \"v2\"\n", 20s));
  EXPECT_TRUE(wait_until(
      [&] {
        return has(ask({"uptime", "--node", "n3", "--timeout", "0.5"}).output, "42");
      },
      20s));
  for (const auto* const program : {&watch, &drain, &answer}) {
    (*program)->signal(SIGTERM);
    EXPECT_EQ((*program)->result(20s).exit_code, 0) << (*program)->error_output();
  }
}

TEST_F(stream_samples, drain_prints_what_was_queued_and_its_counters) {
  const auto drain = started(SERF_DRAIN_SAMPLE, 0, {"--filter", "user", "--idle", "0.05"});
  EXPECT_TRUE(drain->wait_for_error_output("idle, 0 received", 20s));
  send("deploy", "v1");
  EXPECT_TRUE(drain->wait_for_output("user \"deploy\": \"v1\"\n", 20s));
  drain->signal(SIGTERM);
  const auto result = drain->result(20s);
  EXPECT_EQ(result.exit_code, 0) << result.error_output;
  EXPECT_THAT(result.output, HasSubstr("1 received, 1 delivered, 0 dropped, 0 queued"));
}

TEST_F(stream_samples, drain_shows_a_gap_in_the_place_of_what_its_queue_had_no_room_for) {
  const auto drained = [&](const std::string& policy, const std::string& last_words, int status) {
    const auto drain = started(SERF_DRAIN_SAMPLE, 0,
                               {"--filter", "user", "--max-records", "2", "--overflow", policy});
    drain->freeze();  // all of it, so that what the agent sends now is read at once
    for (int i = 1; i <= 9; ++i) send(policy + std::to_string(i), "");
    EXPECT_TRUE(cluster_.agent(0).wait_for_log(policy + "9", 20s));
    drain->thaw();
    EXPECT_TRUE(drain->wait_for_output(last_words, 20s)) << drain->output();
    drain->signal(SIGINT);
    const auto result = drain->result(20s);
    EXPECT_EQ(result.exit_code, status) << result.error_output;
    return result.output;
  };
  EXPECT_THAT(drained("oldest", "user \"oldest9\"\n", 0),
              AllOf(HasSubstr("gap: "), HasSubstr(" records dropped here\nuser \"oldest")));
  EXPECT_THAT(drained("newest", " records dropped here\n", 0),
              AllOf(HasSubstr("user \"newest2\"\n"), HasSubstr("\ngap: ")));
  EXPECT_THAT(drained("close", "user \"close2\"\n", 1), HasSubstr("user \"close1\"\n"));
}

TEST_F(stream_samples, answer_answers_with_the_load_average_until_it_is_interrupted) {
  const auto answer = started(SERF_ANSWER_SAMPLE, 0, {});
  const auto asked = ask({"--node", "n1", "--timeout", "5", "--collect", "load"});
  EXPECT_THAT(asked.output, ::testing::ContainsRegex("Response from 'n1': [0-9]+\\.[0-9]+\n"));
  answer->signal(SIGINT);
  const auto result = answer->result(20s);
  EXPECT_EQ(result.exit_code, 0) << result.error_output;
  EXPECT_EQ(result.output, "query \"load\"\n");
}

TEST_F(stream_samples, answer_on_a_thread_pool_answers_several_queries_at_a_time) {
  const auto answer =
      started(SERF_ANSWER_SAMPLE, 0,
              {"--name", "slow", "--response", "done", "--slow", "3000", "--count", "4"});
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<background_program>> asking;
  const std::vector<std::string> arguments = {"--rpc-addr", address(0), "--node", "n1",
                                              "--timeout",  "20",       "slow"};
  for (int i = 0; i < 4; ++i) {  // an agent confuses queries that several clients ask at once
    asking.push_back(std::make_unique<background_program>(SERF_ASK_SAMPLE, arguments));
    EXPECT_TRUE(asking.back()->wait_for_output("Ack from 'n1'\n", 20s));
  }
  for (const auto& each : asking) {
    EXPECT_TRUE(each->wait_for_output("Response from 'n1': done\n", 20s)) << each->output();
  }
  const auto result = answer->result(20s);
  EXPECT_EQ(result.exit_code, 0) << result.error_output;
  EXPECT_EQ(sorted_lines(result.output).size(), 4U);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 12s);  // as one by one would take at least
}

TEST_F(stream_samples, answer_says_what_the_agent_did_not_take_and_goes_on) {
  const auto answer = started(SERF_ANSWER_SAMPLE, 0, {"--response", std::string(2000, 'x')});
  EXPECT_EQ(ask({"--timeout", "0.3", "load"}).exit_code, 0);
  EXPECT_TRUE(answer->wait_for_error_output("exceeds limit of 1024 bytes", 20s));
  answer->signal(SIGTERM);
  EXPECT_EQ(answer->result(20s).exit_code, 1);
}

TEST_F(stream_samples, ask_prints_what_serf_query_prints) {
  const auto second = started(SERF_ANSWER_SAMPLE, 1, {"--response", "a line\n"});
  const auto third = started(SERF_ANSWER_SAMPLE, 2, {"--response", "0.25"});
  // Now and then gossip misses a node, with one as with the other: then they are asked again.
  const auto same = [&](std::vector<std::string> ours, std::vector<std::string> theirs,
                        const std::vector<std::string>& lines) {
    ours.insert(ours.begin(), {"--timeout", "0.4"});
    theirs.insert(theirs.begin(), {"query", "-timeout=400ms"});
    program_result printed, expected;
    const auto all = [&](const auto& line) { return has(printed.output, line + "\n"); };
    const auto alike = [&] {
      printed = ask(ours);
      expected = cluster_.run_serf(0, theirs);
      return printed.exit_code == 0 && std::all_of(lines.begin(), lines.end(), all) &&
             sorted_lines(printed.output) == sorted_lines(expected.output);
    };
    EXPECT_TRUE(wait_until(alike, 20s)) << printed.output << printed.error_output << "\nnot\n"
                                        << expected.output;
  };
  same({"load"}, {"load"},
       {"Query 'load' dispatched", "Ack from 'n1'", "Response from 'n2': a line",
        "Response from 'n3': 0.25", "Total Acks: 3", "Total Responses: 2"});
  same({"--no-ack", "load", "now"}, {"-no-ack", "load", "now"}, {"Response from 'n3': 0.25"});
  same({"--node", "n2", "--node", "n3", "--tag", "role=d.", "load"},
       {"-node=n2", "-node=n3", "-tag", "role=d.", "load"}, {"Total Responses: 1"});
  same({"--relay-factor", "2", "load"}, {"-relay-factor=2", "load"}, {"Total Acks: 3"});
  same({"no-answers"}, {"no-answers"}, {"Total Acks: 3", "Total Responses: 0"});
}

TEST_F(stream_samples, ask_escapes_what_other_nodes_say) {
  const auto answer = started(SERF_ANSWER_SAMPLE, 0,
                              {"--response",
                               "\x1b[2Jx\xc2\x9b"
                               "2J\nü"});
  EXPECT_THAT(ask({"--node", "n1", "--timeout", "5", "--collect", "load"}).output,
              HasSubstr(R"(Response from 'n1': \x1b[2Jx\xc2\x9b2J\nü)"));
}

TEST_F(stream_samples, ask_takes_a_lost_connection_for_an_error_and_prints_what_came_before) {
  background_program collecting(SERF_ASK_SAMPLE,
                                {"--rpc-addr", address(0), "--timeout", "60", "--collect", "two"});
  EXPECT_TRUE(cluster_.agent(0).wait_for_log("query: two", 20s));
  background_program live(SERF_ASK_SAMPLE, {"--rpc-addr", address(0), "--timeout", "60", "one"});
  EXPECT_TRUE(live.wait_for_output("Ack from 'n1'", 20s));
  cluster_.agent(0).kill();
  for (auto* const program : {&live, &collecting}) {
    const auto result = program->result(20s);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.error_output, HasSubstr("6_ask: some answers may be missing: "));
    EXPECT_THAT(result.output, Not(HasSubstr("Total")));
  }
}

TEST_F(stream_samples, ask_says_what_is_wrong) {
  const auto failing = [&](const std::vector<std::string>& arguments) {
    const auto result = ask(arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.output, "");
    return result.error_output;
  };
  EXPECT_THAT(failing({"--relay-factor", "300", "load"}), HasSubstr("not between 0 and 255"));
  EXPECT_THAT(failing({"--tag", "role", "load"}), HasSubstr("--tag role: no ="));
  EXPECT_THAT(failing({"--tag", "role=(", "load"}), HasSubstr("regex(\"(\")"));
  EXPECT_THAT(failing({"_serf_x"}), HasSubstr("'_serf_' prefix"));
}

TEST_F(stream_samples, hammer_finds_no_wrong_answer_beyond_request_number_2_to_the_63) {
  for (const auto* const command : {"mixed", "event"}) {
    const auto result =
        run_program(SERF_HAMMER_SAMPLE,
                    {"--rpc-addr", address(0), "--seconds", "1", "--requests", "5000", "--streams",
                     "2", "--command", command, "--first-seq", "9223372036854775808"},
                    {});
    EXPECT_EQ(result.exit_code, 0) << result.error_output;
    EXPECT_THAT(result.output,
                AllOf(HasSubstr(" 0 errors: "), HasSubstr("from 9223372036854775808"),
                      HasSubstr(" events on 2 streams")));
  }
}

}  // namespace
}  // namespace serf::testing
