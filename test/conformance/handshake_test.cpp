// Before a connection is open: the handshake, and the key.
#include <gtest/gtest.h>

#include <string>

#include <serf/client.hpp>
#include <serf/testing/fake_encoding.hpp>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

fake_value version(int number) { return fake_map{{"Version", number}}; }
fake_value key(const std::string& text) { return fake_map{{"AuthKey", text}}; }

using handshake = on_every_lone_agent;

TEST_P(handshake, comes_first_or_the_agent_hangs_up) {
  for (const std::string command : {"members", "auth", "stats", "nosuch"}) {
    wire hasty(agent());
    EXPECT_EQ(hasty.error_of(command), "Handshake required") << command;
    hasty.expect_end_without_a_word();
  }
}

TEST_P(handshake, of_another_version_is_refused_and_may_be_repeated) {
  wire fresh(agent());
  for (const int wrong : {0, 2, -1}) {
    EXPECT_EQ(fresh.error_of("handshake", version(wrong)), "Unsupported IPC version");
  }
  EXPECT_EQ(fresh.error_of("handshake", version(1)), "");
  EXPECT_EQ(fresh.answer_to("members").body["Members"].size(), 1U);
}

TEST_P(handshake, is_made_once) {
  EXPECT_EQ(client->error_of("handshake", version(1)), "Handshake already performed");
  EXPECT_EQ(client->error_of("handshake", version(2)), "Unsupported IPC version");
  EXPECT_EQ(client->answer_to("members").body["Members"].size(), 1U);
}

TEST_P(handshake, may_come_together_with_requests) {
  wire fresh(agent());
  fresh.socket.send(encode(fake_map{{"Command", "handshake"}, {"Seq", 1}}) + encode(version(1)) +
                    encode(fake_map{{"Command", "auth"}, {"Seq", 2}}) + encode(key("")) +
                    encode(fake_map{{"Command", "stats"}, {"Seq", 3}}));
  EXPECT_EQ(fresh.socket.read(26), encode_header(1) + encode_header(2));
  EXPECT_EQ(fresh.socket.read_value()["Seq"], 3);
  EXPECT_TRUE(fresh.socket.read_value().has("agent"));
}

SERF_ON_EVERY_AGENT(handshake);

class auth : public on_every_agent {
 protected:
  void SetUp() override {
    cluster_under_test guarded;
    guarded.auth_key = "secret";
    start(guarded);
    client = connect();
  }

  std::unique_ptr<wire> client;
};

TEST_P(auth, is_required_of_every_command_and_the_connection_stays) {
  for (const std::string command : {"members", "stats", "list-keys", "leave", "nosuch"}) {
    EXPECT_EQ(client->error_of(command), "Authentication required") << command;
  }
  EXPECT_EQ(client->error_of("auth", key("secret")), "");
  EXPECT_EQ(client->answer_to("members").body["Members"].size(), 1U);
}

// The agent leaves the body unread, and takes it for a header that repeats the one before.
TEST_P(auth, that_is_missing_is_said_twice_to_a_request_with_a_body) {
  const auto event = fake_map{{"Name", "deploy"}, {"Payload", fake_bytes{"v1"}}};
  EXPECT_EQ(client->error_of("event", event), "Authentication required");
  EXPECT_EQ(client->socket.read(encode_header(1, "Authentication required").size()),
            encode_header(1, "Authentication required"));
  EXPECT_EQ(client->error_of("auth", key("secret")), "");
  EXPECT_EQ(client->error_of("event", event), "");
}

TEST_P(auth, with_a_wrong_key_is_refused_and_may_be_repeated) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client->error_of("auth", key("wrong")), "Invalid authentication token");
  }
  EXPECT_EQ(client->error_of("auth", key("")), "Invalid authentication token");
  EXPECT_EQ(client->error_of("members"), "Authentication required");
  EXPECT_EQ(client->error_of("auth", key("secret")), "");
  EXPECT_EQ(client->error_of("auth", key("secret")), "");
  EXPECT_EQ(client->error_of("auth", key("wrong")), "Invalid authentication token");
  EXPECT_EQ(client->answer_to("members").error, "") << "a wrong key takes nothing back";
}

TEST_P(auth, of_a_client_is_by_its_key) {
  const auto options = client_options(agent().rpc_address()).reconnect(false);
  serf::client with_key(client_options(options).auth_key("secret"));
  EXPECT_EQ(with_key.members().get().size(), 1U);

  serf::client without(options);
  without.ready().get();
  // The second call comes to a connection on which the first was refused twice.
  for (int i = 0; i < 2; ++i) {
    try {
      without.event("deploy", "v1").get();
      ADD_FAILURE() << "no key was needed";
    } catch (const auth_error& error) {
      EXPECT_EQ(error.code(), errc::auth_required);
    }
  }

  serf::client wrong(client_options(options).auth_key("wrong"));
  try {
    wrong.ready().get();
    ADD_FAILURE() << "any key will do";
  } catch (const auth_error& error) {
    EXPECT_EQ(error.code(), errc::auth_rejected);
  }
}

SERF_ON_EVERY_AGENT(auth);

using auth_without_need = on_every_lone_agent;

TEST_P(auth_without_need, takes_no_key_but_the_empty_one) {
  EXPECT_EQ(client->error_of("auth", key("secret")), "Invalid authentication token");
  EXPECT_EQ(client->error_of("auth", key("")), "");
  EXPECT_EQ(client->error_of("auth", fake_map{}), "");
  EXPECT_EQ(client->answer_to("members").error, "");
}

SERF_ON_EVERY_AGENT(auth_without_need);

}  // namespace
}  // namespace serf::testing
