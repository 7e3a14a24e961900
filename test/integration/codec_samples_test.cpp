// The samples that listen, keep alive, respond, ask and follow the log print what their opening
// comments say, run as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
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
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using program = std::unique_ptr<background_program>;

std::vector<std::string> lines_of(const std::string& output) {
  std::vector<std::string> lines;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class codec_samples : public ::testing::Test {
 protected:
  program run(const std::string& file, std::size_t agent, std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"--rpc-addr", cluster_.agent(agent).rpc_address()});
    return std::make_unique<background_program>(file, arguments);
  }
  // Running, and heard saying that it is ready.
  program started(const std::string& file, std::size_t agent,
                  const std::vector<std::string>& arguments = {}) {
    auto begun = run(file, agent, arguments);
    const auto word = file == SERF_LISTENER_SAMPLE ? "listening\n"
                      : file == SERF_LOGS_SAMPLE   ? "following\n"
                                                   : "ready\n";
    EXPECT_TRUE(begun->wait_for_error_output(word, 20s)) << begun->error_output();
    return begun;
  }
  // Asked and answered, or had an ack of the node at least. Now and then gossip misses a node,
  // which then is asked again.
  program asked(std::size_t agent, const std::vector<std::string>& arguments,
                const std::string& line) {
    program asking;
    for (int tries = 0; tries < 4; ++tries) {
      asking = run(SERF_ASKER_SAMPLE, agent, arguments);
      if (asking->wait_for_output(line + "\n", 6s)) return asking;
    }
    ADD_FAILURE() << asking->output();
    return asking;
  }
  // Likewise: until the program has heard of the event.
  void tell(const program& heard_by, std::size_t agent, const std::string& name,
            const std::string& payload, const std::string& line) {
    for (int tries = 0; tries < 4; ++tries) {
      send(agent, name, payload);
      if (heard_by->wait_for_output(line, 6s)) return;
    }
    ADD_FAILURE() << heard_by->output();
  }
  void send(std::size_t agent, const std::string& name, const std::string& payload = "") {
    const auto sent = cluster_.run_serf(agent, {"event", "-coalesce=false", name, payload});
    EXPECT_EQ(sent.exit_code, 0) << sent.output;
  }
  static std::string ended_by(const program& running, int signal, int status = 0) {
    running->signal(signal);
    const auto result = running->result(20s);
    EXPECT_EQ(result.exit_code, status) << result.error_output;
    return result.output;
  }

  real_cluster cluster_{real_cluster_options(3)};
};

TEST_F(codec_samples, listener_prints_what_it_hears_and_answers_every_query) {
  const auto listener = started(SERF_LISTENER_SAMPLE, 0);
  EXPECT_TRUE(listener->wait_for_output("heard user \"Hello\": I am an example\n", 20s));
  // Not before: of two events of a name within a second, agents tell the later one alone.
  const auto other = started(SERF_LISTENER_SAMPLE, 1, {"--hello", "Grüß Gott"});
  EXPECT_TRUE(other->wait_for_output("heard user \"Hello\": Grüß Gott\n", 20s));
  tell(listener, 2, "deploy", "v1", "heard user \"deploy\": v1\n");
  tell(listener, 1, "bytes", "\xff", "heard user \"bytes\": no text (");
  tell(listener, 1, "colour", "\x1b[31m", "heard user \"colour\": \\x1b[31m\n");

  const auto asker = asked(2, {"--node", "n1", "--timeout", "30", "load", "now"},
                           "response 1 from n1: For load, with now");
  EXPECT_TRUE(listener->wait_for_output("answered query \"load\": now\n", 20s));
  const auto binary =
      asked(1, {"--node", "n1", "--timeout", "30", "load"}, "response 1 from n1: For load, with ");

  real_agent fourth(real_agent_options().name("n4"));
  fourth.join(cluster_.agent(0).gossip_address());
  EXPECT_TRUE(listener->wait_for_output("heard member-join", 20s)) << listener->output();
  ended_by(listener, SIGINT);
  ended_by(other, SIGTERM);
}

TEST_F(codec_samples, keepalive_goes_on_until_quiet_and_ends_at_shutdown) {
  const auto listener = started(SERF_LISTENER_SAMPLE, 1);
  const auto keepalive = started(SERF_KEEPALIVE_SAMPLE, 0, {"--period", "0.1"});
  EXPECT_TRUE(keepalive->wait_for_output("keepalive 1\nkeepalive 2\nkeepalive 3\n", 20s));
  EXPECT_TRUE(listener->wait_for_output("heard user \"keepalive\": My example\n", 20s));
  send(0, "quiet");
  EXPECT_TRUE(keepalive->wait_for_output("quiet\n", 20s));
  // Many periods, passed by a query that lasts so long.
  EXPECT_EQ(run(SERF_ASKER_SAMPLE, 2, {"--timeout", "1", "load"})->result(20s).exit_code, 0);
  send(0, "shutdown");
  const auto result = keepalive->result(20s);
  EXPECT_EQ(result.exit_code, 0) << result.error_output;
  EXPECT_THAT(result.output, EndsWith("\nquiet\nshutdown\n"));
}

TEST_F(codec_samples, keepalive_ends_when_told_to_and_when_the_agent_does_not_take_its_event) {
  ended_by(started(SERF_KEEPALIVE_SAMPLE, 0), SIGINT);
  ended_by(started(SERF_KEEPALIVE_SAMPLE, 0), SIGTERM);
  const auto large =
      run(SERF_KEEPALIVE_SAMPLE, 0, {"--period", "0.01", "--payload", std::string(2000, 'x')});
  const auto result = large->result(20s);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.error_output, HasSubstr("exceeds configured limit"));
}

TEST_F(codec_samples, responder_answers_several_queries_at_once) {
  const auto responder = started(SERF_RESPONDER_SAMPLE, 0, {"--seconds", "3"});
  const std::vector<std::string> payloads = {"a", "b", "c"};
  std::vector<program> asking;
  for (std::size_t i = 0; i < 3; ++i) {
    asking.push_back(
        asked(i, {"--node", "n1", "--timeout", "60", "work", payloads[i]}, "ack 1 from n1"));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(asking[i]->wait_for_output("response 1 from n1: done: " + payloads[i] + "\n", 20s));
    EXPECT_TRUE(responder->wait_for_output("answered " + payloads[i] + "\n", 20s));
    EXPECT_THAT(ended_by(asking[i], SIGINT, 1), EndsWith("stopped: 1 acks, 1 responses\n"));
  }
  auto printed = lines_of(ended_by(responder, SIGTERM));
  ASSERT_EQ(printed.size(), 6U);
  std::sort(printed.begin(), printed.begin() + 3);  // all were at work before one was done
  EXPECT_THAT(printed,
              ::testing::ElementsAre("begun a", "begun b", "begun c", StartsWith("answered"),
                                     StartsWith("answered"), StartsWith("answered")));
}

TEST_F(codec_samples, responder_is_busy_where_enough_are_at_work_and_ends_without_waiting_for_it) {
  const auto responder =
      started(SERF_RESPONDER_SAMPLE, 0, {"--seconds", "1000", "--at-once", "1", "--name", "sums"});
  const auto first = asked(1, {"--node", "n1", "--timeout", "60", "sums", "1"}, "ack 1 from n1");
  EXPECT_TRUE(responder->wait_for_output("begun 1\n", 20s));
  asked(2, {"--node", "n1", "--timeout", "60", "sums", "2"}, "response 1 from n1: busy");
  EXPECT_TRUE(responder->wait_for_output("busy 2\n", 20s));
  EXPECT_EQ(ended_by(responder, SIGTERM), "begun 1\nbusy 2\n");
}

TEST_F(codec_samples, asker_counts_acks_and_responses_and_tells_that_it_is_done) {
  const auto second = started(SERF_LISTENER_SAMPLE, 1);
  const auto third = started(SERF_LISTENER_SAMPLE, 2);
  const std::vector<std::string> arguments = {"--timeout", "1", "load", "now"};
  program_result asked;
  const auto all = [&] {  // now and then gossip misses a node: then they are asked again
    asked = run(SERF_ASKER_SAMPLE, 0, arguments)->result(20s);
    return asked.exit_code == 0 && asked.output.find("done: 3 acks, 2 resp") != std::string::npos;
  };
  EXPECT_TRUE(wait_until(all, 30s)) << asked.output << asked.error_output;
  for (const auto* const node : {"n1", "n2", "n3"}) {
    EXPECT_THAT(asked.output, ::testing::ContainsRegex("ack [1-3] from " + std::string(node)));
  }
  for (const auto* const node : {"n2", "n3"}) {
    EXPECT_THAT(asked.output, ::testing::ContainsRegex("response [12] from " + std::string(node) +
                                                       ": For load, with now\n"));
  }
  EXPECT_THAT(asked.output, EndsWith("\ndone: 3 acks, 2 responses\n"));
}

TEST_F(codec_samples, asker_tells_what_is_no_text_what_is_lost_and_what_is_refused) {
  const auto answer = started(SERF_ANSWER_SAMPLE, 1, {"--response", "\xff"});
  asked(0, {"--node", "n2", "--timeout", "60", "load"}, "response 1 from n2: no text");
  const auto refused = run(SERF_ASKER_SAMPLE, 0, {"_serf_x"})->result(20s);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.output, "rejected: 0 acks, 0 responses\n");
  EXPECT_THAT(refused.error_output, HasSubstr("'_serf_' prefix"));

  const auto asking = asked(0, {"--node", "n1", "--timeout", "60", "load"}, "ack 1 from n1");
  cluster_.agent(0).kill();
  const auto lost = asking->result(20s);
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_EQ(lost.output, "ack 1 from n1\nlost: 1 acks, 0 responses\n");
  EXPECT_NE(lost.error_output, "");
}

TEST_F(codec_samples, logs_marks_what_was_written_before_and_follows_from_a_level_on) {
  const auto errors = started(SERF_LOGS_SAMPLE, 0, {"--level", "err"});
  const auto debug = started(SERF_LOGS_SAMPLE, 0, {"--level", "debug"});
  const auto info = started(SERF_LOGS_SAMPLE, 0);
  real_agent fourth(real_agent_options().name("n4"));
  fourth.join(cluster_.agent(0).gossip_address());
  const std::string joined = "EventMemberJoin: n4";
  EXPECT_TRUE(info->wait_for_output(joined, 20s)) << info->output();
  EXPECT_TRUE(debug->wait_for_output(joined, 20s)) << debug->output();

  const auto lines = lines_of(ended_by(info, SIGINT));
  EXPECT_THAT(lines.at(0), StartsWith("earlier: "));
  const auto is_earlier = [](const std::string& line) { return line.rfind("earlier: ", 0) == 0; };
  EXPECT_TRUE(std::is_partitioned(lines.begin(), lines.end(), is_earlier));
  const auto line = std::find_if(lines.begin(), lines.end(), [&](const std::string& each) {
    return each.find(joined) != std::string::npos;
  });
  ASSERT_NE(line, lines.end());
  EXPECT_FALSE(is_earlier(*line)) << *line;
  EXPECT_THAT(*line, ::testing::ContainsRegex("^[0-9]{4}/[0-9]{2}/[0-9]{2} .*\\[INFO\\]"));
  EXPECT_THAT(lines, Not(::testing::Contains(HasSubstr("[DEBUG]"))));
  EXPECT_THAT(ended_by(debug, SIGTERM), HasSubstr("[DEBUG]"));
  EXPECT_THAT(ended_by(errors, SIGTERM),
              AllOf(Not(HasSubstr("[DEBUG]")), Not(HasSubstr("[INFO]"))));
}

TEST_F(codec_samples, all_go_on_where_the_agent_comes_back) {
  const auto listener = started(SERF_LISTENER_SAMPLE, 2), logs = started(SERF_LOGS_SAMPLE, 2),
             keepalive = started(SERF_KEEPALIVE_SAMPLE, 2),
             responder = started(SERF_RESPONDER_SAMPLE, 2, {"--seconds", "0.1"});
  cluster_.restart(2);
  EXPECT_TRUE(logs->wait_for_output("(some lines are missing here)\n", 20s)) << logs->output();
  tell(listener, 0, "deploy", "v2", "heard user \"deploy\": v2\n");
  ended_by(listener, SIGTERM);  // it would answer the query, too
  asked(0, {"--node", "n3", "--timeout", "30", "work", "again"}, "response 1 from n3: done: again");
  tell(keepalive, 0, "quiet", "", "quiet\n");
  for (const auto* const each : {&logs, &keepalive, &responder}) ended_by(*each, SIGTERM);
}

}  // namespace
}  // namespace serf::testing
