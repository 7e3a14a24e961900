// What was said with a real agent, written down without keys and served to the same application
// again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/replay.hpp>

#include "support/key_forms.hpp"
#include "support/real_agent.hpp"
#include "support/recorded_bytes.hpp"
#include "support/temporary_directory.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::forms_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::real_agent;
using testing::real_agent_options;
using testing::replay_agent_session;
using testing::replay_options;
using testing::said_in;

const std::string auth_key = "open-sesame-7351";
const std::string first_key = "b3ewF5PTSa9tXE8gXmBzY7Oc69/DDUv+NGjJt3zLPcg=";
const std::string second_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

// A session with a bit of everything, and what the application saw of it.
std::vector<std::string> walk(client_options options) {
  std::vector<std::string> seen;
  client made(std::move(options));
  made.ready().get();
  for (const auto& each : made.members().get()) seen.push_back(to_string(each));
  made.members(member_filter().name(regex("n.*"))).get();
  made.tags(tag_changes().set("note", "it is " + auth_key)).get();

  auto answers = made.answer("load", [](const query_event&) { return "0.7"; });
  answers.ready().get();
  auto events = made.stream("user:deploy").get();
  for (const auto* const payload : {"v1", "v2", "v3"}) {
    made.event(user_event_request("deploy", payload).coalesce(false)).get();
    const auto event = events.next_for(10s);
    seen.push_back(event ? to_string(*event) : "(no event)");
  }
  const auto load = made.ask(query_request("load").node("n1").timeout(10s)).get();
  for (const auto& each : load.responses) seen.push_back(to_string(each));

  try {
    made.event("deploy", std::string(8000, 'x')).get();
  } catch (const agent_error& error) {
    seen.push_back(error.failure().agent_text);
  }
  made.install_key(second_key).get();
  seen.push_back(std::to_string(made.list_keys().get().keys.size()) + " keys");
  auto log = made.monitor(log_level::info).get();
  seen.push_back(log.next_for(10s) ? "a log" : "(no log)");
  seen.push_back(made.stats().get().node_name);
  return seen;
}

class recording : public ::testing::Test {
 protected:
  client_options options(const std::string& address) const {
    return client_options(address).reconnect(false).auth_key(auth_key);
  }

  const testing::temporary_directory directory_;
  const std::string file_ = directory_ / "session.txt";
};

TEST_F(recording, of_a_real_agent_replays_byte_for_byte_and_holds_no_key) {
  std::vector<std::string> then;
  {
    const real_agent agent(
        real_agent_options().name("n1").auth_key(auth_key).encrypt_key(first_key));
    then = walk(options(agent.rpc_address()).session_recording(file_));
  }
  ASSERT_EQ(then.size(), 9U) << ::testing::PrintToString(then);

  std::ifstream in(file_, std::ios::binary);
  const std::string recorded(std::istreambuf_iterator<char>(in), {});
  for (const auto& key : {auth_key, first_key, second_key}) {
    for (const auto& form : forms_of(key)) EXPECT_THAT(recorded, Not(HasSubstr(form)));
  }
  EXPECT_THAT(recorded, HasSubstr(R"(AuthKey\xb0\{1-redacted......\})"));

  const std::string again = directory_ / "again.txt";
  const auto session = replay_agent_session(file_);
  EXPECT_EQ(walk(options(session.address()).session_recording(again)), then);
  EXPECT_TRUE(session.wait_done(10s)) << session.outstanding();
  EXPECT_EQ(session.mismatch(), std::nullopt);
  EXPECT_EQ(said_in(again), said_in(file_));
}

TEST_F(recording, of_a_real_agent_that_is_killed_replays_its_end) {
  std::vector<errc> ends;
  const auto application = [&ends](client& made, real_agent* agent) {
    made.stats().get();
    auto events = made.stream("*").get();
    if (agent != nullptr) agent->kill();
    while (events.next()) {
    }
    ends.push_back(events.end().failure.value().code);
  };
  {
    real_agent agent;
    client made(client_options(agent.rpc_address()).reconnect(false).session_recording(file_));
    application(made, &agent);
  }
  const auto session =
      replay_agent_session(file_, replay_options().pace(testing::replay_pace::as_recorded));
  client made(client_options(session.address()).reconnect(false));
  application(made, nullptr);
  EXPECT_TRUE(session.wait_done(10s)) << session.outstanding();
  EXPECT_EQ(ends, std::vector<errc>(2, errc::connection_lost));
}

}  // namespace
}  // namespace serf
