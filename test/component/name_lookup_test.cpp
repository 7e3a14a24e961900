// Names that nobody answers for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "unit/transport/name_service.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using ::testing::HasSubstr;
using transport::testing::silence;

TEST(name_lookup, that_is_never_answered_fails_calls_at_their_deadline) {
  const silence dns;
  serf::client client(client_options("silent.test:7373").connect_timeout(500ms));
  try {
    client.members({}, 100ms).get();
    FAIL() << "answered";
  } catch (const connection_error& error) {
    EXPECT_EQ(error.code(), errc::unreachable);
    EXPECT_THAT(error.what(), HasSubstr("silent.test:7373"));
  }
  try {
    client.ready().get();
    FAIL() << "ready";
  } catch (const connection_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("silent.test:7373"));
    EXPECT_THAT(error.what(), HasSubstr("lookup"));
  }
}

TEST(name_lookup, that_hangs_does_not_hold_up_the_end_of_a_client_with_50_calls) {
  const silence dns;
  auto best = clock::duration::max();
  for (int round = 0; round < 20 && best >= 100ms; ++round) {
    std::vector<std::future<std::vector<member>>> calls;
    auto client = std::make_unique<serf::client>("silent.test:7373");
    for (int i = 0; i < 50; ++i) calls.push_back(client->members());
    const auto start = clock::now();
    client.reset();
    best = std::min(best, clock::now() - start);
    for (auto& each : calls) {
      ASSERT_EQ(each.wait_for(0s), std::future_status::ready);
      EXPECT_THROW(each.get(), connection_error);
    }
  }
  EXPECT_LT(best, 100ms);
}

TEST(name_lookup, of_a_name_that_does_not_exist_says_so) {
  serf::client client("nowhere.test:7373");
  try {
    client.ready().get();
    FAIL() << "ready";
  } catch (const connection_error& error) {
    EXPECT_EQ(error.code(), errc::unreachable);
    EXPECT_THAT(error.what(), HasSubstr("nowhere.test:7373"));
  }
}

TEST(name_lookup, finds_the_agent_of_a_name) {
  testing::fake_agent agent;
  serf::client client("localhost:" + std::to_string(agent.port()));
  EXPECT_EQ(client.members().get().size(), 1U);
}

TEST(name_lookup, finds_the_agent_at_the_second_address_of_a_name) {
  testing::fake_agent agent(testing::fake_agent_options().address("::1"));
  transport::testing::define_name("several.test", {"127.0.0.1", "::1"});
  serf::client client("several.test:" + std::to_string(agent.port()));
  EXPECT_EQ(client.members().get().size(), 1U);
}

TEST(name_lookup, is_not_asked_for_addresses) {
  testing::fake_agent agent;
  const int before = transport::testing::lookups();
  serf::client(agent.address()).ready().get();
  testing::fake_agent six(testing::fake_agent_options().address("::1"));
  serf::client(six.address()).ready().get();
  EXPECT_EQ(transport::testing::lookups(), before);
}

}  // namespace
}  // namespace serf
