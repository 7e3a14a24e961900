// The program serf-fake-agent, as one starts it from a shell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "integration/background_program.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"
#include "support/temporary_directory.hpp"
#include "testing_kit/script_file.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto key = "b3ewF5PTSa9tXE8gXmBzY7Oc69/DDUv+NGjJt3zLPcg=";

class started_program {
 public:
  explicit started_program(std::vector<std::string> arguments = {})
      : program_(SERF_FAKE_AGENT, with_free_port(std::move(arguments))) {
    EXPECT_TRUE(program_.wait_for_output("\n", 20s)) << program_.error_output();
    const auto line = program_.output();
    const std::string begin = "listening on ";
    EXPECT_EQ(line.substr(0, begin.size()), begin);
    address_ = line.substr(begin.size(), line.find('\n') - begin.size());
  }

  const std::string& address() const { return address_; }
  background_program& program() { return program_; }
  std::string serf(const std::vector<std::string>& arguments, int exit_code = 0) const {
    const auto result = run_serf(arguments, address_);
    EXPECT_EQ(result.exit_code, exit_code) << arguments[0] << ": " << result.output;
    return result.output;
  }

 private:
  static std::vector<std::string> with_free_port(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--rpc-addr", "127.0.0.1:0"});
    return arguments;
  }

  background_program program_;
  std::string address_;
};

program_result run_to_its_end(std::vector<std::string> arguments) {
  return run_program(SERF_FAKE_AGENT, arguments, {}, 20s);
}

TEST(serf_fake_agent, ends_cleanly_on_signals) {
  for (const int signal : {SIGINT, SIGTERM}) {
    started_program started;
    client asking(started.address());
    EXPECT_EQ(asking.members().get().size(), 1U);
    started.program().signal(signal);
    const auto result = started.program().result(20s);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.error_output, "");
  }
}

TEST(serf_fake_agent, has_the_cluster_it_is_told) {
  started_program started({"--members", "3", "--tags", "role=web", "--tags", "dc=east",
                           "--rpc-auth", "secret", "--encrypt", key});
  client asking(client_options(started.address()).auth_key("secret"));
  const auto members = asking.members().get();
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[2].name, "n3");
  EXPECT_EQ(members[2].address, "127.0.0.3");
  EXPECT_EQ(members[2].tags, (tag_map{{"dc", "east"}, {"role", "web"}}));
  EXPECT_EQ(asking.list_keys().get().keys.at(key), 3);
  EXPECT_EQ(run_serf({"members"}, started.address()).exit_code, 1) << "without the key";
}

TEST(serf_fake_agent, takes_every_subcommand_of_serf) {
  const started_program started({"--members", "3", "--encrypt", key});
  EXPECT_THAT(started.serf({"members", "-format=json"}), HasSubstr("\"name\": \"n2\""));
  EXPECT_THAT(started.serf({"info"}), HasSubstr("\tmembers = 3"));
  EXPECT_THAT(started.serf({"event", "deploy", "v1"}), HasSubstr("Event 'deploy' dispatched!"));
  EXPECT_THAT(started.serf({"query", "-timeout=50ms", "load"}), HasSubstr("Total Acks: 3"));
  EXPECT_THAT(started.serf({"tags", "-set", "role=web"}), HasSubstr("Successfully updated"));
  EXPECT_THAT(started.serf({"keys", "-list"}), HasSubstr(std::string(key) + "  [3/3]"));
  EXPECT_THAT(started.serf({"join", "127.0.0.2:7946"}), HasSubstr("by contacting 1 nodes"));
  EXPECT_THAT(started.serf({"rtt", "n1", "n2"}), HasSubstr("Estimated n1 <-> n2 rtt"));
  EXPECT_THAT(started.serf({"reachability"}), HasSubstr("Successfully contacted all live nodes"));
  EXPECT_EQ(started.serf({"force-leave", "n3"}), "");
  EXPECT_THAT(started.serf({"leave"}), HasSubstr("Graceful leave complete"));
}

TEST(serf_fake_agent, sends_events_in_a_steady_flow) {
  const started_program started({"--events-per-second", "1000"});
  client listening(started.address());
  auto events = listening.stream("user:tick").get();
  const auto first = std::stoi(std::get<user_event>(events.next_for(20s).value()).payload);
  for (int i = 1; i <= 100; ++i) {
    const auto event = std::get<user_event>(events.next_for(20s).value());
    ASSERT_EQ(std::stoi(event.payload), first + i);
  }
}

TEST(serf_fake_agent, takes_a_flow_that_hardly_flows_and_one_that_leaves_the_script_its_turn) {
  started_program slow({"--events-per-second", "1e-12"});
  client asking(slow.address());
  EXPECT_LE(asking.stats().get().event_time, 2U);
  const script_file script("after 1ms join n2\n");
  const started_program fast({"--events-per-second", "1e6", "--script", script.name()});
  client watching(fast.address());
  EXPECT_TRUE(wait_until([&] { return watching.members().get().size() == 2; }, 20s));
}

TEST(serf_fake_agent, ends_when_the_agent_has_left_and_the_script_is_through) {
  started_program started;
  EXPECT_THAT(started.serf({"leave"}), HasSubstr("Graceful leave complete"));
  const auto result = started.program().result(20s);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.error_output,
            "serf-fake-agent: the agent has left, and no line of a script is to come\n");

  const script_file back("leave n1\nafter 300ms restart\njoin n2\n");
  const started_program again({"--script", back.name()});
  client asking(again.address());
  const auto has_two = [&] {
    try {
      return asking.members().get().size() == 2;
    } catch (const error&) {  // it has left
      return false;
    }
  };
  EXPECT_TRUE(wait_until(has_two, 20s));
}

TEST(serf_fake_agent, takes_the_last_of_two_tags_of_one_name) {
  const script_file script("join n2 dc=east dc=west\n");
  const started_program started({"--tags", "a=1", "--tags", "a=2", "--script", script.name()});
  client asking(started.address());
  EXPECT_EQ(asking.members().get().at(0).tags, (tag_map{{"a", "2"}}));
}

TEST(serf_fake_agent, plays_its_script_again_and_again) {
  const script_file script(
      "# A comment, and an empty line\n\n"
      "answer n1 load 0.7\n"
      "join web-9 role=web dc=east\n"
      "after 1ms event deploy v1 and  more\n"
      "after 1ms tags web-9 role=idle\n"
      "fail web-9\n"
      "leave web-9\n"
      "reap web-9\n"
      "query uptime now\n"
      "burst 2 flood\n"
      "freeze 1ms\n"
      "after 1ms\n"
      "repeat\n");
  const started_program started({"--at-once", "--script", script.name()});
  client listening(started.address());
  auto events = listening.stream().get();
  const std::vector<std::string> wanted{
      "member-join", "user-deploy v1 and  more", "member-update", "member-failed", "member-leave",
      "member-reap", "query-uptime now",         "user-flood 1",  "user-flood 2",  "member-join"};
  const auto text_of = [](const event& each) {
    if (const auto* member = std::get_if<member_event>(&each)) return to_string(member->kind);
    if (const auto* user = std::get_if<user_event>(&each)) {
      return "user-" + user->name + " " + user->payload;
    }
    const auto* query = std::get_if<query_event>(&each);
    return query ? "query-" + query->name + " " + query->payload : "something else";
  };
  std::string seen;
  while (seen != wanted.front()) seen = text_of(events.next_for(20s).value());
  for (std::size_t i = 1; i < wanted.size(); ++i) {
    EXPECT_EQ(text_of(events.next_for(20s).value()), wanted[i]);
  }
  const auto load = listening.ask(query_request("load").node("n1").timeout(10s)).get();
  ASSERT_EQ(load.responses.size(), 1U);
  EXPECT_EQ(load.responses[0], (query_response{"n1", "0.7"}));
}

TEST(serf_fake_agent, brings_nodes_back_as_they_were_and_gives_new_ones_an_address) {
  const script_file script(
      "fail n2\njoin n2\njoin n3\nlog 2026/11/25 01:23:42 [INFO] agent: after that\n");
  started_program started({"--members", "2", "--tags", "role=web", "--script", script.name()});
  client asking(started.address());
  auto log = asking.monitor().get();
  while (std::get<log_line>(log.next_for(20s).value()).text != "after that") {
  }
  const auto members = asking.members().get();
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(to_string(members[1]), "n2  127.0.0.2:7946  alive  role=web");
  EXPECT_EQ(to_string(members[2]), "n3  127.0.0.3:7946  alive");
}

TEST(serf_fake_agent, joins_members_and_those_that_its_script_promises_and_nobody_else) {
  const script_file script(
      "joinable 127.0.0.9:7946 n9 role=db\njoinable 127.0.0.9:7946 n10\njoin n2\n");
  const started_program started({"--script", script.name()});
  client asking(started.address());
  ASSERT_TRUE(wait_until([&] { return asking.members().get().size() == 2; }, 20s));
  EXPECT_THAT(started.serf({"join", "127.0.0.2"}), HasSubstr("by contacting 1 nodes"));
  EXPECT_THAT(started.serf({"join", "127.0.0.8"}, 1),
              HasSubstr("dial tcp 127.0.0.8:7946: connect: connection refused"));
  EXPECT_THAT(started.serf({"join", "127.0.0.9:7946"}), HasSubstr("by contacting 1 nodes"));
  const auto members = asking.members().get();
  ASSERT_EQ(members.size(), 4U);
  EXPECT_EQ(to_string(members[2]), "n9  127.0.0.9:7946  alive  role=db");
  EXPECT_EQ(members[3].name, "n10");
}

TEST(serf_fake_agent, replays_a_recorded_session_and_says_what_is_missing) {
  const temporary_directory directory;
  const auto file = directory / "session.txt";
  const auto application = [](const client_options& options) {
    client asking(options);
    EXPECT_EQ(asking.members().get().at(0).name, "n7");
  };
  {
    const fake_agent agent(fake_agent_options().member(fake_member("n7")));
    application(client_options(agent.address()).session_recording(file));
  }
  started_program whole({"--replay", file});
  application(client_options(whole.address()));
  whole.program().signal(SIGTERM);
  const auto result = whole.program().result(20s);
  EXPECT_EQ(result.exit_code, 0) << result.error_output;

  started_program nothing({"--replay", file});
  nothing.program().signal(SIGTERM);
  const auto missing = nothing.program().result(20s);
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.error_output, "");
}

TEST(serf_fake_agent, complains_of_steps_that_cannot_be_and_goes_on) {
  const script_file script("fail nobody\nlog 2026/11/25 01:23:42 [INFO] agent: after that\n");
  started_program started({"--script", script.name()});
  EXPECT_TRUE(started.program().wait_for_error_output("no member is named \"nobody\"", 20s));
  client asking(started.address());
  auto log = asking.monitor().get();
  std::string text;
  while (text != "after that") text = std::get<log_line>(log.next_for(20s).value()).text;
}

TEST(serf_fake_agent, refuses_scripts_it_does_not_understand) {
  const auto complaint = [](const std::string& text) {
    const script_file script(text);
    const auto result = run_to_its_end({"--rpc-addr", "127.0.0.1:0", "--script", script.name()});
    EXPECT_EQ(result.exit_code, 1) << text;
    EXPECT_EQ(result.output, "") << text;
    return result.error_output;
  };
  EXPECT_THAT(complaint("\njion n2\n"), HasSubstr(": line 2: no such word: jion"));
  EXPECT_THAT(complaint("fail\n"), HasSubstr("line 1: it lacks a name"));
  EXPECT_THAT(complaint("join n2 web\n"), HasSubstr("not a tag such as role=web: web"));
  EXPECT_THAT(complaint("after 2 fail n2\n"), HasSubstr("not a time such as 500ms"));
  EXPECT_THAT(complaint("after -1s fail n2\n"), HasSubstr("not a time such as 500ms"));
  EXPECT_THAT(complaint("after 1.2.3s fail n2\n"), HasSubstr("not a time such as 500ms"));
  EXPECT_THAT(complaint("freeze\n"), HasSubstr("it lacks a time"));
  EXPECT_THAT(complaint("burst many flood\n"), HasSubstr("not a number of at most 100000: many"));
  EXPECT_THAT(complaint("burst 100001 flood\n"), HasSubstr("not a number of at most 100000"));
  EXPECT_THAT(complaint("noise 8 4294967296\n"), HasSubstr("not a seed of at most 4294967295"));
  EXPECT_THAT(complaint("fail n2 n3\n"), HasSubstr("too much: n3"));
  EXPECT_THAT(complaint("after 1s\nrepeat\nclose\n"), HasSubstr("nothing may follow \"repeat\""));
  EXPECT_THAT(complaint("close\nrepeat\n"), HasSubstr("no time passes in it"));
}

TEST(serf_fake_agent, says_what_is_wrong_with_its_command_line) {
  const fake_agent in_the_way;
  const auto complaint = [](const std::vector<std::string>& arguments) {
    const auto result = run_to_its_end(arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.output, "");
    return result.error_output;
  };
  EXPECT_THAT(complaint({"--rpc-addr", in_the_way.address()}),
              AllOf(HasSubstr("cannot bind 127.0.0.1 port"), HasSubstr("Address already in use")));
  EXPECT_THAT(complaint({"--rpc-addr", "127.0.0.1"}), HasSubstr("not an address such as"));
  EXPECT_THAT(complaint({"--rpc-addr", "127.0.0.1:65536"}), HasSubstr("not an address such as"));
  EXPECT_THAT(complaint({"--rpc-addr", "localhost:0"}), HasSubstr("not an IP address: localhost"));
  EXPECT_THAT(complaint({"--script", "/nonexistent"}), HasSubstr("cannot read /nonexistent"));
  EXPECT_THAT(complaint({"--script", "/"}), HasSubstr("cannot read /"));
  EXPECT_THAT(complaint({"--script", ""}), HasSubstr("--script: names no file"));
  EXPECT_THAT(complaint({"--replay", ""}), HasSubstr("--replay: names no file"));
  EXPECT_THAT(complaint({"--replay", "/nonexistent"}), HasSubstr("/nonexistent"));
  EXPECT_THAT(complaint({"--tags", "web"}), HasSubstr("not a tag such as role=web: web"));
  EXPECT_THAT(complaint({"--bogus"}), HasSubstr("--bogus"));
  EXPECT_EQ(run_to_its_end({"--help"}).exit_code, 0);
}

}  // namespace
}  // namespace serf::testing
