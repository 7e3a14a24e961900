// The fake agent gets what real ones were sent and answers as they did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <serf/testing/fake_agent.hpp>

#include "support/fake_client.hpp"
#include "support/fake_recording.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto first_key = "b3ewF5PTSa9tXE8gXmBzY7Oc69/DDUv+NGjJt3zLPcg=";

// The recorded request goes out and as many bytes as were recorded come in.
void expect_as_recorded(fake_client& client, const std::string& name) {
  const auto expected = recorded(name + ".response");
  client.send(recorded(name + ".request"));
  const auto answer = client.read(expected.size());
  EXPECT_EQ(readable(answer), readable(expected)) << name;
  EXPECT_EQ(client.unread(), 0U) << name;
}

// Byte for byte: for what has no map in it whose order is arbitrary.
void expect_exactly(fake_client& client, const std::string& name) {
  const auto expected = recorded(name + ".response");
  client.send(recorded(name + ".request"));
  EXPECT_EQ(client.read(expected.size()), expected) << name;
}

void expect_end(fake_client& client) {
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(client.state(), fake_client_state::closed);
}

fake_agent_options three_nodes() {
  return fake_agent_options().members(recorded_members("members.response"));
}

TEST(fake_agent_recordings, handshake_is_required_and_made_once) {
  const fake_agent agent;
  fake_client hasty(agent.host(), agent.port());
  expect_exactly(hasty, "handshake-required");
  expect_end(hasty);

  fake_client client(agent.host(), agent.port());
  for (const auto* version : {"version0", "version2", "version-1"}) {
    expect_exactly(client, std::string("handshake.") + version);
  }
  expect_exactly(client, "handshake");
  expect_exactly(client, "handshake.duplicate");
  expect_exactly(client, "handshake.dup-badversion");
}

TEST(fake_agent_recordings, authentication) {
  const fake_agent agent(fake_agent_options().auth_key("secret"));
  fake_client client(agent.host(), agent.port());
  client.handshake();
  expect_exactly(client, "auth-required.members");
  expect_exactly(client, "auth-required.event");  // its body is read as a header
  EXPECT_TRUE(agent.requests().back().misread);
  expect_exactly(client, "auth.wrong");
  expect_exactly(client, "auth.ok");
  expect_exactly(client, "event");
  expect_exactly(client, "auth.wrong");
  expect_exactly(client, "event");

  fake_client pipelining(agent.host(), agent.port());
  expect_exactly(pipelining, "auth-required.pipelined");
}

TEST(fake_agent_recordings, authentication_where_none_is_needed) {
  const fake_agent agent;
  fake_client client(agent.host(), agent.port());
  client.handshake();
  expect_exactly(client, "auth.unneeded-nonempty");
  expect_exactly(client, "auth.unneeded-empty");
}

TEST(fake_agent_recordings, members) {
  fake_agent agent(three_nodes());
  fake_client client(agent.host(), agent.port());
  client.handshake();
  expect_as_recorded(client, "members");
  expect_as_recorded(client, "members-filtered.tag");
  expect_exactly(client, "members-filtered.none");
  expect_exactly(client, "members-filtered.bad-regex");
  expect_end(client);
}

TEST(fake_agent_recordings, members_in_all_forms) {
  const auto answers = [](const std::string& name) {
    const fake_agent agent(fake_agent_options().members(recorded_members(name)));
    fake_client client(agent.host(), agent.port());
    client.handshake();
    client.send(1, "members");
    return client.read(recorded(name).size());
  };
  for (const auto* name : {"members.16-nodes.response", "members.long-tag.response"}) {
    EXPECT_EQ(answers(name), recorded(name)) << name;
  }
  // That one has a nil for tags, which no agent sends.
  auto forms = readable(recorded("members.addr-forms.synthetic"));
  const std::string nil = "str(Tags): nil";
  for (auto at = forms.find(nil); at != std::string::npos; at = forms.find(nil)) {
    forms.replace(at, nil.size(), "str(Tags): {}");
  }
  EXPECT_EQ(readable(answers("members.addr-forms.synthetic")), forms);
}

TEST(fake_agent_recordings, commands_on_an_unencrypted_cluster) {
  fake_agent agent(three_nodes());
  agent.fail_join("127.77.0.9:27946");
  fake_client client(agent.host(), agent.port());
  client.handshake();
  for (const auto* name :
       {"event", "event.too-large", "force-leave.unknown", "force-leave.prune.unknown",
        "force-leave.failed-node", "force-leave.prune", "get-coordinate.unknown", "join.ok",
        "join.fail", "join.partial", "stop.unknown", "respond.bad-id", "stream.invalid-filter",
        "monitor.bad-level", "monitor.empty-level", "install-key.bad-base64", "tags.too-large",
        "tags"}) {
    expect_exactly(client, name);
  }
  for (const auto* name : {"list-keys.no-encryption", "install-key.no-encryption",
                           "use-key.no-encryption", "remove-key.no-encryption"}) {
    expect_as_recorded(client, name);
  }
  EXPECT_EQ(agent.members().front().tags,
            (fake_member::tag_map{{"new", "1"}, {"role", "web"}}));  // dc is gone

  expect_exactly(client, "unsupported-command");
  expect_end(client);
}

TEST(fake_agent_recordings, keys_of_an_encrypted_cluster) {
  const fake_agent agent(fake_agent_options()
                             .members({fake_member("k1"), fake_member("k2"), fake_member("k3")})
                             .encrypt_key(first_key));
  fake_client client(agent.host(), agent.port());
  client.handshake();
  for (const auto* name :
       {"list-keys", "install-key", "list-keys.two-keys", "use-key", "use-key.not-installed",
        "remove-key.primary", "remove-key", "remove-key.not-installed", "install-key.bad-length"}) {
    expect_as_recorded(client, name);
  }
}

TEST(fake_agent_recordings, stats_and_coordinates_have_the_same_shape) {
  auto members = recorded_members("members.response");
  const fake_agent agent(fake_agent_options().members(members));
  fake_client client(agent.host(), agent.port());
  client.handshake();
  const auto answer_to = [&](const std::string& name) {
    client.send(recorded(name + ".request"));
    std::string result;
    for (int i = 0; i < 2; ++i) {  // header and body
      std::ostringstream text;
      text << client.read_value() << "\n";
      result += text.str();
    }
    return result;
  };
  client.send(recorded("get-coordinate.self.request"));
  const auto coordinate = recorded("get-coordinate.self.response");
  EXPECT_EQ(shape(client.read(coordinate.size())), shape(coordinate));
  EXPECT_THAT(answer_to("get-coordinate.known"), ::testing::HasSubstr("\"Ok\": true"));

  client.send(recorded("stats.request"));
  const auto header = client.read(13);
  EXPECT_EQ(header, recorded("stats.response").substr(0, 13));
  client.half_close();
  auto recorded_shape = shape(recorded("stats.response"));
  auto own_shape = shape(header + client.read_to_end());
  // The tags differ: some had been set before that was recorded.
  for (auto* text : {&recorded_shape, &own_shape}) {
    text->erase(text->find("str(tags)"));
  }
  EXPECT_EQ(own_shape, recorded_shape);
}

TEST(fake_agent_recordings, leave_ends_the_connection) {
  const fake_agent agent;
  fake_client client(agent.host(), agent.port());
  client.send(recorded("handshake.request") + recorded("leave.request"));
  EXPECT_EQ(client.read_to_end(), recorded("leave.response"));
  EXPECT_EQ(client.state(), fake_client_state::closed);
  EXPECT_THROW(fake_client(agent.host(), agent.port()), std::system_error);
}

TEST(fake_agent_recordings, streams_and_monitors) {
  fake_agent agent(fake_agent_options().quiet_log());
  fake_client client(agent.host(), agent.port());
  client.handshake();
  client.send(1, "stream", fake_map{{"Type", "user"}});
  EXPECT_EQ(client.read_error(), "");
  expect_exactly(client, "stream.duplicate-seq");

  fake_client monitoring(agent.host(), agent.port());
  monitoring.handshake();
  monitoring.send(recorded("monitor.request"));
  EXPECT_EQ(monitoring.read_error(), "");
  expect_exactly(monitoring, "monitor.duplicate");
  EXPECT_EQ(agent.live().size(), 2U);
  expect_exactly(monitoring, "monitor.stop");
  EXPECT_EQ(agent.live().size(), 1U);
}

TEST(fake_agent_recordings, records_are_those_of_agents_byte_for_byte) {
  fake_agent agent;
  fake_client client(agent.host(), agent.port());
  client.send(recorded("handshake.request") + recorded("stream.all.request"));
  EXPECT_EQ(client.read(26), recorded("stream.all.session").substr(0, 26));

  const auto expect_record = [&](const std::string& name, std::size_t skipped = 0) {
    const auto expected = recorded(name).substr(skipped);
    EXPECT_EQ(client.read(expected.size()), expected) << name;
  };
  EXPECT_EQ(agent.push_user_event({"deploy", "\x01\x02", false, 38}), 1U);
  expect_record("stream.user-event");
  agent.push_user_event({"a", "", true, 39});
  expect_record("stream.user-event.coalesce-nil-payload");
  agent.push_user_event({std::string(300, 'N'), std::string(150, '\0'), false, 1});
  expect_record("stream.user-event.long-name", 26);
  for (const std::string kind : {"join", "leave", "failed", "reap"}) {
    const auto members = recorded_members("stream.member-" + kind);
    EXPECT_EQ(agent.push_member_event("member-" + kind, members), 1U);
    expect_record("stream.member-" + kind);
  }
}

TEST(fake_agent_recordings, a_query_is_seen_answered_once_and_expires) {
  fake_agent agent;
  fake_client client(agent.host(), agent.port());
  client.handshake();
  client.send(1, "stream", fake_map{{"Type", "query"}});
  EXPECT_EQ(client.read_error(), "");

  EXPECT_EQ(agent.push_query("q1", "qp"), 1U);
  EXPECT_EQ(readable(client.read(57)).substr(0, 40),
            readable(recorded("stream.query-event")).substr(0, 40));
  expect_exactly(client, "respond.ok");
  expect_exactly(client, "respond.twice");
  agent.expire_queries();
  expect_exactly(client, "respond.after-deadline");
}

TEST(fake_agent_recordings, a_query_by_hand_is_that_of_agents_byte_for_byte) {
  fake_agent agent(fake_agent_options().queries_by_hand());
  fake_client client(agent.host(), agent.port());
  client.send(recorded("handshake.request") + recorded("query.session.request"));
  ASSERT_TRUE(agent.wait_for_request("query", 5s));
  for (const auto* node : {"n1", "n3", "n2"}) EXPECT_EQ(agent.push_ack(node), 1U);
  agent.push_response("n2", std::string("answer\0", 7));
  EXPECT_EQ(agent.push_done(), 1U);
  EXPECT_EQ(agent.push_done(), 0U);
  EXPECT_EQ(client.read(recorded("query.session").size()), recorded("query.session"));
}

}  // namespace
}  // namespace serf::testing
