// Key commands that some nodes of a fake cluster do not carry out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr auto first = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
constexpr auto second = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

class key_reports : public ::testing::Test {
 protected:
  template <class Function>
  static keyring_error error_of(Function command) {
    try {
      command();
    } catch (const keyring_error& error) {
      return error;
    }
    throw std::runtime_error("no error");
  }

  fake_agent agent{fake_agent_options().encrypt_key(first).members({{"n1"}, {"n2"}, {"n3"}})};
  client asking{agent.address()};
};

TEST_F(key_reports, tell_of_nodes_that_are_silent) {
  agent.silence_keys("n2");
  const auto failure = error_of([&] { asking.install_key(second).get(); });
  EXPECT_EQ(failure.agent_text(), "2/3 nodes reported success");
  EXPECT_EQ(failure.report().nodes, 3);
  EXPECT_EQ(failure.report().responses, 2);
  EXPECT_EQ(failure.report().errors, 0);
  EXPECT_THAT(failure.report().messages, IsEmpty());
  agent.silence_keys("n2", false);
  EXPECT_EQ(asking.list_keys().get().keys, (std::map<std::string, int>{{first, 3}, {second, 2}}))
      << "it has not heard of it";
  const auto unheard = error_of([&] { asking.use_key(second).get(); });
  EXPECT_THAT(unheard.report().messages,
              ElementsAre(Pair("n2", "Requested key is not in the keyring")));
}

TEST_F(key_reports, tell_of_nodes_that_lack_a_key_until_it_is_installed_again) {
  asking.install_key(second).get();
  agent.lose_key("n3", second);
  EXPECT_EQ(asking.list_keys().get().keys.at(second), 2);
  const auto failure = error_of([&] { asking.use_key(second).get(); });
  EXPECT_EQ(failure.agent_text(), "1/3 nodes reported failure");
  EXPECT_EQ(failure.report().responses, 3);
  EXPECT_EQ(failure.report().errors, 1);
  EXPECT_THAT(failure.report().messages,
              ElementsAre(Pair("n3", "Requested key is not in the keyring")));
  asking.install_key(second).get();
  asking.use_key(second).get();
  EXPECT_EQ(asking.list_keys().get().keys.at(second), 3);
}

TEST_F(key_reports, leave_a_key_with_the_nodes_that_did_not_hear_of_its_removal) {
  asking.install_key(second).get();
  agent.silence_keys("n2");
  EXPECT_EQ(error_of([&] { asking.remove_key(second).get(); }).agent_text(),
            "2/3 nodes reported success");
  agent.silence_keys("n2", false);
  EXPECT_EQ(asking.list_keys().get().keys.at(second), 1);
  asking.remove_key(second).get();
  EXPECT_EQ(asking.list_keys().get().keys.count(second), 0U);
}

TEST_F(key_reports, are_of_nodes_and_keys_that_are_there) {
  EXPECT_THROW(agent.silence_keys("nobody"), std::invalid_argument);
  EXPECT_THROW(agent.lose_key("nobody", first), std::invalid_argument);
  EXPECT_THROW(agent.lose_key("n2", second), std::invalid_argument);
}

}  // namespace
}  // namespace serf::testing
