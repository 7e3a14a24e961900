// A client that records, and its recording served to the same application again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>
#include <serf/testing/replay.hpp>

#include "component/recording_fixture.hpp"
#include "support/deadline.hpp"
#include "support/key_forms.hpp"
#include "support/recorded_bytes.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::fake_agent;
using testing::fake_agent_options;
using testing::forms_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::replay_agent_session;
using testing::said_in;
using testing::wait_until;

const std::string auth_key = "open-sesame-7351";
const std::string old_key = "b3ewF5PTSa9tXE8gXmBzY7Oc69/DDUv+NGjJt3zLPcg=";
const std::string new_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

TEST_F(recording, replays_to_the_application_that_made_it) {
  fake_agent agent;
  std::vector<std::string> seen;
  const auto application = [&](client& made) {
    seen.push_back(made.members().get().at(0).name);
    auto events = made.stream("user").get();
    made.event("deploy", std::string("v1\0\n\xff", 5)).get();
    if (const auto event = events.next_for(10s)) seen.push_back(to_string(*event));
    try {
      made.event("deploy", std::string(9000, 'x')).get();
    } catch (const agent_error& error) {
      seen.push_back(error.what());
    }
  };
  record(agent, application);
  const auto then = std::exchange(seen, {});
  ASSERT_EQ(then.size(), 3U);
  replay(application);
  // All but the address of the agent, which the error names.
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0], then[0]);
  EXPECT_EQ(seen[1], then[1]);
}

TEST_F(recording, of_a_replay_has_the_same_bytes) {
  fake_agent agent;
  const auto application = [](client& made) {
    made.stats().get();
    made.tags(tag_changes().set("a", "b")).get();
    made.get_coordinate("n1").get();
  };
  record(agent, application);
  const auto session = replay_agent_session(file_);
  {
    client again(options(session.address()).session_recording(directory_ / "again.txt"));
    application(again);
    ASSERT_TRUE(session.wait_done(10s)) << session.outstanding();
  }
  const auto said = said_in(file_);
  EXPECT_EQ(said.size(), 4U);  // two connections
  EXPECT_EQ(said_in(directory_ / "again.txt"), said);
}

TEST_F(recording, holds_no_key_in_any_form) {
  fake_agent agent(fake_agent_options().auth_key(auth_key).encrypt_key(old_key));
  std::vector<std::size_t> keys_listed;
  const auto application = [&](client& made) {
    made.install_key(new_key).get();
    keys_listed.push_back(made.list_keys().get().keys.size());
    made.use_key(new_key).get();
    made.remove_key(old_key).get();
    made.tags(tag_changes().set("note", "it is " + auth_key + "!")).get();
    made.event("note", "no-key-of-ours").get();
    auto log = made.monitor(log_level::info).get();
    agent.push_log("2026/11/25 12:00:00 [INFO] agent: the key is " + auth_key);
    wait_until([&] { return log.counters().received > 0; }, 10s);
    made.event("leak", new_key + auth_key).get();
  };
  record(agent, application, auth_key);
  for (const auto& key : {auth_key, old_key, new_key}) {
    for (const auto& form : forms_of(key)) EXPECT_THAT(recorded(), Not(HasSubstr(form)));
  }
  EXPECT_THAT(recorded(), HasSubstr("no-key-of-ours"));
  EXPECT_THAT(recorded(), HasSubstr(R"(AuthKey\xb0\{1-redacted......\})"));
  EXPECT_THAT(recorded(), HasSubstr("install-key"));
  EXPECT_THAT(recorded(), HasSubstr("list-keys"));
  EXPECT_EQ(keys_listed, std::vector<std::size_t>{2});
}

TEST_F(recording, replays_with_another_key_and_as_many_keys_of_the_keyring) {
  fake_agent agent(fake_agent_options().auth_key(auth_key).encrypt_key(old_key));
  std::string installed = new_key;
  std::vector<std::size_t> keys_listed;
  const auto application = [&](client& made) {
    made.install_key(installed).get();
    keys_listed.push_back(made.list_keys().get().keys.size());
  };
  record(agent, application, auth_key);
  installed = "c2hvcnQ=";
  replay(application, "another");
  EXPECT_THAT(keys_listed, ElementsAre(2U, 2U));
}

TEST_F(recording, has_all_connections_of_the_client_and_replays_them) {
  fake_agent agent;
  const auto application = [&](client& made) {
    made.ready().get();
    made.tags(tag_changes().set("a", "b")).get();
    EXPECT_EQ(made.members(member_filter().name(regex("n."))).get().size(), 1U);
    auto log = made.monitor(log_level::info).get();
    made.stats().get();
    made.tags(tag_changes().remove("a")).get();
  };
  record(agent, application);
  for (const auto* const opened : {" 1 open ", " 2 open ", " 3 open ", " 4 open "}) {
    EXPECT_THAT(recorded(), HasSubstr(opened + agent.address()));
  }
  for (const auto* const closed : {" 1 close client", " 2 close client", " 4 close client"}) {
    EXPECT_THAT(recorded(), HasSubstr(closed));
  }
  replay(application);
}

TEST_F(recording, of_calls_from_many_threads_replays_byte_for_byte) {
  fake_agent agent;
  record(agent, [](client& made) {
    made.ready().get();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&made] {
        for (int n = 0; n < 100; ++n) made.stats().get();
      });
    }
    for (auto& each : threads) each.join();
  });
  // All requests are alike but for their Seq, which says in which order they were sent.
  replay([](client& made) {
    std::vector<std::future<agent_stats>> all;
    all.reserve(400);
    for (int n = 0; n < 400; ++n) all.push_back(made.stats());
    for (auto& each : all) each.get();
  });
}

TEST_F(recording, of_an_agent_that_hangs_up_replays_the_end) {
  fake_agent agent;
  std::vector<errc> ends;
  const auto application = [&](client& made) {
    made.stats().get();
    try {
      made.members().get();
    } catch (const error& lost) {
      ends.push_back(lost.failure().code);
    }
  };
  agent.on("members").once().close_connection();
  record(agent, application);
  EXPECT_THAT(recorded(), HasSubstr(" 1 close agent"));
  replay(application);
  EXPECT_THAT(ends, ElementsAre(errc::connection_lost, errc::connection_lost));
}

TEST_F(recording, of_a_connection_that_is_rebuilt_replays_both) {
  fake_agent agent;
  const auto application = [](client& made, const std::function<void()>& break_it) {
    std::atomic<bool> lost{false}, is_back{false};
    auto watch = made.on_connection([&](const connection_event& change) {
      if (change.state == connection_state::lost) lost = true;
      if (change.state == connection_state::ready && lost) is_back = true;
    });
    made.stats().get();
    break_it();
    EXPECT_TRUE(wait_until([&] { return is_back.load(); }, 10s));
    made.members().get();
  };
  {
    client recorded(client_options(agent.address()).session_recording(file_));
    application(recorded, [&] { agent.close_connections(); });
  }
  EXPECT_THAT(recorded(), HasSubstr(" 1 close agent"));
  EXPECT_THAT(recorded(), HasSubstr(" 2 close client"));
  const auto session = replay_agent_session(file_);
  client replayed(client_options(session.address()));
  application(replayed, [] {});
  EXPECT_TRUE(session.wait_done(10s)) << session.outstanding();
}

TEST_F(recording, tells_an_application_that_does_otherwise) {
  fake_agent agent;
  record(agent, [](client& made) { made.event("deploy", "v1").get(); });
  const auto session = replay_agent_session(file_);
  client replayed(options(session.address()));
  EXPECT_THROW(replayed.event("deploy", "v2").get(), connection_error);
  EXPECT_FALSE(session.wait_done(10s));
  EXPECT_EQ(session.mismatch(),
            "connection 1: request 2 (event, Seq 1) differs from what was recorded, at its byte 44 "
            "(" +
                file_ + R"(:6)
  recorded: event, Seq 1: {"Name": "deploy", "Payload": b"v1", "Coalesce": true}
  sent:     event, Seq 1: {"Name": "deploy", "Payload": b"v2", "Coalesce": true})");
}

}  // namespace
}  // namespace serf
