// An agent with an rpc_auth in its configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include <serf/client.hpp>

#include "support/real_agent.hpp"

namespace serf {
namespace {

using ::testing::HasSubstr;
using testing::real_agent;
using testing::real_agent_options;

const std::string key = "open-sesame-7351";

class auth : public ::testing::Test {
 protected:
  client_options options() const { return client_options(agent_.rpc_address()).reconnect(false); }

  real_agent agent_{real_agent_options().name("guarded").auth_key(key)};
};

template <class F>
failure failure_of(F call) {
  try {
    call();
  } catch (const auth_error& error) {
    return error.failure();
  }
  ADD_FAILURE() << "no auth_error";
  return {};
}

TEST_F(auth, with_the_key_opens) {
  serf::client client(options().auth_key(key));
  client.ready().get();
  EXPECT_EQ(client.state(), connection_state::ready);
  EXPECT_EQ(client.members().get().at(0).name, "guarded");
}

TEST_F(auth, with_a_wrong_key_ends_the_client) {
  serf::client client(options().auth_key("wr0ng-k3y"));
  const auto why = failure_of([&] { client.ready().get(); });
  EXPECT_EQ(why.code, errc::auth_rejected);
  EXPECT_THAT(why.message, HasSubstr(agent_.rpc_address()));
  EXPECT_THAT(why.message, HasSubstr("auth_key"));
  EXPECT_EQ(why.message.find("wr0ng-k3y"), std::string::npos);
  failure_of([&] { client.members().get(); });
  EXPECT_EQ(client.state(), connection_state::closed);
}

TEST_F(auth, without_a_key_is_ready_and_fails_each_command) {
  serf::client client(options());
  client.ready().get();
  const auto why = failure_of([&] { client.members().get(); });
  EXPECT_EQ(why.code, errc::auth_required);
  EXPECT_THAT(why.message, HasSubstr("SERF_RPC_AUTH"));
  EXPECT_EQ(client.state(), connection_state::ready);
}

// The agent leaves the events' bodies unread and takes them for requests.
TEST_F(auth, without_a_key_20_pairs_of_event_and_members_are_40_failures) {
  serf::client client(options());
  std::vector<std::future<void>> events;
  std::vector<std::future<std::vector<member>>> members;
  for (int i = 0; i < 20; ++i) {
    events.push_back(client.event("deploy", std::string(200, 'x')));
    members.push_back(client.members());
  }
  for (auto& each : events) EXPECT_EQ(failure_of([&] { each.get(); }).code, errc::auth_required);
  for (auto& each : members) EXPECT_EQ(failure_of([&] { each.get(); }).code, errc::auth_required);
  EXPECT_EQ(client.state(), connection_state::ready);
  EXPECT_EQ(failure_of([&] { client.stats().get(); }).code, errc::auth_required);
}

TEST_F(auth, key_stands_in_no_log_and_no_error) {
  std::mutex mutex;
  std::string logged;
  {
    serf::client client(options().auth_key(key).log(
        [&](const log_record& record) {
          const std::lock_guard<std::mutex> lock(mutex);
          logged += record.text + "\n";
        },
        log_level::trace));
    client.stats().get();
  }
  EXPECT_THAT(logged, HasSubstr("ready"));
  EXPECT_EQ(logged.find(key), std::string::npos);
}

TEST_F(auth, comes_from_the_environment_as_for_the_serf_command) {
  ::setenv("SERF_RPC_ADDR", agent_.rpc_address().c_str(), 1);
  ::setenv("SERF_RPC_AUTH", key.c_str(), 1);
  serf::client client(client_options::from_environment());
  EXPECT_EQ(client.members().get().size(), 1U);

  ::setenv("SERF_RPC_ADDR", "", 1);
  ::setenv("SERF_RPC_AUTH", "", 1);
  EXPECT_EQ(client_options::from_environment().endpoint(), "127.0.0.1:7373");
  EXPECT_EQ(client_options::from_environment().auth_key(), "");
  ::unsetenv("SERF_RPC_ADDR");
  ::unsetenv("SERF_RPC_AUTH");
}

TEST(auth_key, for_an_agent_that_has_none_is_rejected) {
  const real_agent agent;
  serf::client client(client_options(agent.rpc_address()).auth_key(key));
  const auto why = failure_of([&] { client.ready().get(); });
  EXPECT_EQ(why.code, errc::auth_rejected);
  EXPECT_THAT(why.message, HasSubstr("or the agent has none"));
}

}  // namespace
}  // namespace serf
