// Names that nobody answers for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"
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

// Threads of this process that look up names.
int lookup_threads() {
  int found = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(each.path() / "comm"), name);  // of one that has just gone: ""
    if (name == "serf-lookup") ++found;
  }
  return found;
}

TEST(name_lookup, that_hangs_has_one_thread_however_often_the_client_tries) {
  const silence dns;
  const int before = transport::testing::lookups();
  serf::client client(client_options("silent.test:7373")
                          .connect_timeout(5ms)
                          .reconnect(reconnect_options().initial_delay(1ms).max_delay(1ms)));
  auto lines = client.monitor();  // over a connection of its own
  ASSERT_TRUE(testing::wait_until([&] { return client.metrics().attempts >= 50; }, 20s));
  EXPECT_EQ(lookup_threads(), 1);
  EXPECT_EQ(transport::testing::lookups() - before, 1);
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

// Two agents, on one port of two addresses, and a name for both.
class name_of_two_agents : public ::testing::Test {
 protected:
  void lead_to(const std::vector<std::string>& addresses) {
    transport::testing::define_name("two.test", addresses);
  }

  testing::fake_agent one_{testing::fake_agent_options().address("127.0.0.1")};
  testing::fake_agent two_{testing::fake_agent_options().address("127.0.0.2").port(one_.port())};
  const std::string name_ = "two.test:" + std::to_string(one_.port());
};

TEST_F(name_of_two_agents, leads_all_connections_of_a_client_to_one) {
  lead_to({"127.0.0.1", "127.0.0.2"});
  serf::client client(client_options(name_).reconnect(false));
  client.ready().get();
  lead_to({"127.0.0.2", "127.0.0.1"});  // as name servers do, in turns
  const int before = transport::testing::lookups();
  client.tags(tag_changes().set("role", "web")).get();
  client.members(member_filter().name(regex("n.*"))).get();
  const auto log = client.monitor(log_level::info).get();
  client.leave().get();
  EXPECT_EQ(two_.connections_accepted(), 0U);
  EXPECT_EQ(one_.requests("leave").size(), 1U);
  EXPECT_EQ(transport::testing::lookups(), before);
  EXPECT_TRUE(testing::wait_until([&] { return client.state() == connection_state::closed; }, 20s));
}

TEST_F(name_of_two_agents, takes_further_connections_along_when_it_leads_to_the_other) {
  lead_to({"127.0.0.1"});
  serf::client client(client_options(name_).reconnect(reconnect_options().initial_delay(5ms)));
  client.tags(tag_changes().set("role", "web")).get();
  const auto log = client.monitor(log_level::info).get();
  lead_to({"127.0.0.2"});
  one_.send_raw_to(1, "\xc1");  // only the main connection is lost
  ASSERT_TRUE(two_.wait_for_live(1, 20s)) << "the log goes on there";
  client.tags(tag_changes().set("role", "db")).get();
  EXPECT_EQ(one_.requests("tags").size(), 1U);
  EXPECT_EQ(two_.requests("tags").size(), 1U);
  EXPECT_TRUE(one_.wait_for_open_connections(0, 20s));
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
