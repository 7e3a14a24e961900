// An encrypted cluster of three, with a keyring.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include <serf/client.hpp>

#include "support/real_cluster.hpp"

namespace serf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const std::string first = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const std::string second = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
const std::string third = "AAECAwQFBgcICQoLDA0ODw==";

// A key command is a query to all nodes, and gossip may miss one. All of them may be repeated.
template <class F>
key_report of_all_nodes(F command) {
  for (int tries = 1;; ++tries) {
    key_report report;
    try {
      report = command().get();
      if (report.responses == report.nodes || tries == 5) return report;
    } catch (const keyring_error& error) {
      if (error.report().responses == error.report().nodes || tries == 5) throw;
    }
  }
}

class keyring : public ::testing::Test {
 protected:
  testing::real_cluster cluster_{testing::real_cluster_options(3).keyring({first})};
  serf::client client_{client_options(cluster_.agent(0).rpc_address())};
};

TEST_F(keyring, is_listed_rotated_and_cleared) {
  EXPECT_THAT(of_all_nodes([&] { return client_.list_keys(); }).keys, ElementsAre(Pair(first, 3)));

  const auto installed = of_all_nodes([&] { return client_.install_key(second); });
  EXPECT_EQ(installed.nodes, 3);
  EXPECT_EQ(installed.responses, 3);
  EXPECT_EQ(installed.errors, 0);
  EXPECT_TRUE(installed.keys.empty());
  EXPECT_THAT(of_all_nodes([&] { return client_.list_keys(); }).keys,
              UnorderedElementsAre(Pair(first, 3), Pair(second, 3)));
  of_all_nodes([&] { return client_.install_key(second); });  // again is no error

  of_all_nodes([&] { return client_.use_key(second); });
  of_all_nodes([&] { return client_.remove_key(first); });
  of_all_nodes([&] { return client_.remove_key(first); });  // what is not there is removed
  EXPECT_THAT(of_all_nodes([&] { return client_.list_keys(); }).keys, ElementsAre(Pair(second, 3)));
}

template <class F>
failure refusal_of(F call) {
  try {
    call();
  } catch (const keyring_error& error) {
    return error.failure();
  }
  ADD_FAILURE() << "no keyring_error";
  return {};
}

TEST_F(keyring, says_what_each_node_refuses_and_why) {
  const auto primary = refusal_of([&] { of_all_nodes([&] { return client_.remove_key(first); }); });
  EXPECT_EQ(primary.code, errc::keyring_failed);
  EXPECT_EQ(primary.agent_text, "3/3 nodes reported failure");
  ASSERT_NE(primary.keyring(), nullptr);
  EXPECT_THAT(primary.keyring()->messages,
              UnorderedElementsAre(Pair("n1", "Removing the primary key is not allowed"),
                                   Pair("n2", "Removing the primary key is not allowed"),
                                   Pair("n3", "Removing the primary key is not allowed")));

  const auto unknown = refusal_of([&] { of_all_nodes([&] { return client_.use_key(third); }); });
  EXPECT_EQ(unknown.keyring()->errors, 3);
  EXPECT_THAT(unknown.keyring()->messages.at("n2"), HasSubstr("not in the keyring"));

  const auto length =
      refusal_of([&] { of_all_nodes([&] { return client_.install_key("AAAA"); }); });
  EXPECT_THAT(length.keyring()->messages.at("n3"), HasSubstr("16, 24 or 32 bytes"));

  const auto malformed =
      refusal_of([&] { of_all_nodes([&] { return client_.install_key("bad!"); }); });
  EXPECT_EQ(malformed.code, errc::key_malformed);
  EXPECT_THAT(malformed.message, HasSubstr("illegal base64 data at input byte 3"));
  EXPECT_EQ(malformed.keyring()->nodes, 0);
}

}  // namespace
}  // namespace serf
