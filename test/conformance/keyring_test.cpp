// The key commands, on an encrypted cluster and on one that is not.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include <serf/client.hpp>

#include "conformance/conformance_case.hpp"

namespace serf::testing {
namespace {

constexpr auto first_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
constexpr auto second_key = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

fake_value key(const std::string& text) { return fake_map{{"Key", text}}; }

// What a command says that all nodes carry out, or that none does.
fake_value report(const fake_value& keys, const fake_map& messages, int nodes) {
  return fake_map{{"Keys", keys},
                  {"Messages", messages},
                  {"NumErr", messages.size()},
                  {"NumNodes", nodes},
                  {"NumResp", nodes}};
}

class keyring : public on_every_agent {
 protected:
  void start_with(const std::string& encrypt_key) {
    cluster_under_test one;
    one.encrypt_key = encrypt_key;
    start(one);
    client = connect();
  }
  void expect_done(const std::string& command, const std::string& text) {
    const auto answer = client->answer_to(command, key(text));
    EXPECT_EQ(answer.error, "") << command;
    EXPECT_EQ(answer.body, report(nullptr, {}, 1)) << command;
  }
  void expect_refused(const std::string& command, const std::string& text,
                      const std::string& message) {
    const auto answer = client->answer_to(command, key(text));
    EXPECT_EQ(answer.error, "1/1 nodes reported failure") << command;
    EXPECT_EQ(answer.body, report(nullptr, {{"n1", message}}, 1)) << command;
  }
  fake_value listed() {
    const auto answer = client->answer_to("list-keys");
    EXPECT_EQ(answer.error, "");
    EXPECT_EQ(answer.body, report(answer.body["Keys"], {}, 1));
    return answer.body["Keys"];
  }

  std::unique_ptr<wire> client;
};

TEST_P(keyring, takes_keys_in_uses_them_and_lets_them_go) {
  start_with(first_key);
  EXPECT_EQ(listed(), fake_value(fake_map{{first_key, 1}}));
  expect_done("install-key", second_key);
  expect_done("install-key", second_key);
  EXPECT_EQ(listed().size(), 2U);
  EXPECT_EQ(listed()[second_key], 1);
  expect_done("use-key", second_key);
  expect_done("remove-key", first_key);
  expect_done("remove-key", first_key);
  EXPECT_EQ(listed(), fake_value(fake_map{{second_key, 1}}));
}

TEST_P(keyring, refuses_what_cannot_be_done_by_each_node) {
  start_with(first_key);
  expect_refused("use-key", second_key, "Requested key is not in the keyring");
  expect_refused("remove-key", first_key, "Removing the primary key is not allowed");
  expect_refused("install-key", "c2hvcnQ=", "key size must be 16, 24 or 32 bytes");
  expect_refused("install-key", "", "key size must be 16, 24 or 32 bytes");
  EXPECT_EQ(listed(), fake_value(fake_map{{first_key, 1}}));
}

TEST_P(keyring, refuses_what_is_no_base64_without_asking_a_node) {
  start_with(first_key);
  for (const std::string command : {"install-key", "use-key", "remove-key"}) {
    const auto answer = client->answer_to(command, key("abc"));
    EXPECT_EQ(answer.error, "illegal base64 data at input byte 0") << command;
    EXPECT_EQ(answer.body, report(nullptr, {}, 0)) << command;
    EXPECT_EQ(client->answer_to(command, key("abc!")).error, "illegal base64 data at input byte 3");
  }
}

TEST_P(keyring, takes_a_key_in_several_lines_for_the_same) {
  start_with(first_key);
  auto in_lines = std::string(second_key).insert(20, "\r\n") + "\n";
  expect_done("install-key", in_lines);
  EXPECT_EQ(listed()[second_key], 1);
  expect_done("use-key", in_lines);
  EXPECT_EQ(client->answer_to("install-key", key("\nab\nc!")).error,
            "illegal base64 data at input byte 5");
}

TEST_P(keyring, that_is_none_is_said_by_each_node_and_has_a_body) {
  start_with("");
  for (const std::string command : {"install-key", "use-key", "remove-key"}) {
    expect_refused(command, first_key, "No keyring to modify (encryption not enabled)");
  }
  const auto answer = client->answer_to("list-keys");
  EXPECT_EQ(answer.error, "1/1 nodes reported failure");
  EXPECT_EQ(answer.body,
            report(fake_map{}, {{"n1", "Keyring is empty (encryption not enabled)"}}, 1));
}

TEST_P(keyring, is_counted_over_all_nodes) {
  cluster_under_test two;
  two.nodes.resize(2);
  two.encrypt_key = first_key;
  start(two);
  serf::client serf(client_options(agent().rpc_address()).reconnect(false));
  EXPECT_EQ(serf.install_key(second_key).get().responses, 2);
  const auto listed = serf.list_keys().get();
  EXPECT_EQ(listed.nodes, 2);
  EXPECT_EQ(listed.keys, (std::map<std::string, int>{{first_key, 2}, {second_key, 2}}));
  try {
    serf.remove_key(first_key).get();
    ADD_FAILURE() << "the primary key is removed";
  } catch (const keyring_error& error) {
    EXPECT_EQ(error.agent_text(), "2/2 nodes reported failure");
    EXPECT_EQ(error.report().messages.at("n2"), "Removing the primary key is not allowed");
  }
  try {
    serf.install_key("abc!").get();
    ADD_FAILURE() << "installed";
  } catch (const error& why) {
    EXPECT_EQ(why.code(), errc::key_malformed);
  }
}

SERF_ON_EVERY_AGENT(keyring);

}  // namespace
}  // namespace serf::testing
