#include "support/real_agent.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/loopback.hpp"
#include "support/real_cluster.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
constexpr auto second_key = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

bool process_exists(pid_t pid) { return ::kill(pid, 0) == 0 || errno != ESRCH; }

bool answers(const real_agent& agent, std::chrono::milliseconds timeout) {
  const auto address = agent.rpc_address();
  const auto colon = address.find(':');
  return answers_handshake(address.substr(0, colon), std::stoi(address.substr(colon + 1)), timeout);
}

TEST(RealAgent, StartsAndAnswers) {
  const real_agent agent(real_agent_options().name("solo").tag("role", "we\"b").log_level("info"));
  EXPECT_TRUE(agent.alive());
  EXPECT_TRUE(answers(agent, 5s));
  EXPECT_EQ(agent.name(), "solo");
  EXPECT_TRUE(agent.wait_for_log("EventMemberJoin: solo", 5s)) << agent.log();

  const auto members = agent.run_serf({"members"});
  EXPECT_EQ(members.exit_code, 0);
  EXPECT_NE(members.output.find("solo  " + agent.gossip_address() + "  alive  role=we\"b"),
            std::string::npos)
      << members.output;
}

TEST(RealAgent, FrozenAnswersOnlyAfterTheThaw) {
  real_agent agent;
  agent.freeze();
  agent.freeze();
  EXPECT_TRUE(agent.alive());
  EXPECT_FALSE(answers(agent, 100ms));
  agent.thaw();
  EXPECT_TRUE(answers(agent, 5s));
}

TEST(RealAgent, RestartsOnTheSamePorts) {
  real_agent agent;
  const auto rpc = agent.rpc_address();
  const auto gossip = agent.gossip_address();
  const auto before = agent.pid();

  agent.kill();
  EXPECT_FALSE(agent.alive());
  EXPECT_FALSE(answers(agent, 1s));
  agent.restart();
  EXPECT_NE(agent.pid(), before);
  agent.restart();  // a living one too

  EXPECT_EQ(agent.rpc_address(), rpc);
  EXPECT_EQ(agent.gossip_address(), gossip);
  EXPECT_TRUE(answers(agent, 5s));
}

TEST(RealAgent, TellsHowItEnded) {
  real_agent agent;
  EXPECT_EQ(agent.wait_for_exit(0ms), std::nullopt);
  agent.terminate();
  const auto terminated = agent.wait_for_exit(10s);
  ASSERT_TRUE(terminated && WIFEXITED(*terminated));
  EXPECT_EQ(WEXITSTATUS(*terminated), 1);

  agent.restart();
  agent.interrupt();
  const auto left = agent.wait_for_exit(10s);
  ASSERT_TRUE(left && WIFEXITED(*left));
  EXPECT_EQ(WEXITSTATUS(*left), 0);

  agent.restart();
  agent.kill();
  const auto killed = agent.wait_for_exit(0ms);
  ASSERT_TRUE(killed && WIFSIGNALED(*killed));
  EXPECT_EQ(WTERMSIG(*killed), SIGKILL);
}

TEST(RealAgent, LeavesNothingBehind) {
  pid_t pid = 0;
  std::string directory;
  {
    real_agent agent;
    pid = agent.pid();
    directory = agent.directory();
    EXPECT_TRUE(std::filesystem::exists(directory));
    agent.freeze();
  }
  EXPECT_FALSE(process_exists(pid));
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST(RealAgent, OutlivesTheThreadThatStartedIt) {
  std::optional<real_agent> agent;
  std::thread([&] { agent.emplace(); }).join();
  EXPECT_EQ(agent->wait_for_exit(200ms), std::nullopt);
  EXPECT_TRUE(answers(*agent, 5s));
}

TEST(RealAgent, DiesWithTheProcessThatStartedIt) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_EXIT(
      {
        const real_agent agent;
        const auto pid = agent.pid();
        if (::write(ends[1], &pid, sizeof pid) != sizeof pid) std::abort();
        ::raise(SIGKILL);
      },
      ::testing::KilledBySignal(SIGKILL), "");
  pid_t pid = 0;
  ASSERT_EQ(::read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_TRUE(wait_until([&] { return !process_exists(pid); }, 5s));
}

TEST(RealAgent, WithAKeyRefusesThoseWithout) {
  const real_agent agent(real_agent_options().auth_key("secret"));
  EXPECT_EQ(agent.run_serf({"members"}).exit_code, 0);

  const auto refused = run_serf({"members"}, agent.rpc_address());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.output, "Error retrieving members: Authentication required\n");
  EXPECT_EQ(run_serf({"members"}, agent.rpc_address(), "guess").exit_code, 1);
}

TEST(RealAgent, ThatCannotStartShowsItsLog) {
  try {
    const real_agent agent(real_agent_options().encrypt_key("c2hvcnQ="));
    FAIL() << "a key of 5 bytes is accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("Failed to "), std::string::npos) << error.what();
  }
}

TEST(RealAgent, WithoutABinarySaysWhatToInstall) {
  const char* const now = std::getenv("SERF_AGENT");
  const std::string before = now == nullptr ? "" : now;
  ::setenv("SERF_AGENT", "no-such-serf", 1);
  try {
    const real_agent agent;
    ADD_FAILURE() << "started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("Install the package `serf`"), std::string::npos)
        << error.what();
  }
  before.empty() ? ::unsetenv("SERF_AGENT") : ::setenv("SERF_AGENT", before.c_str(), 1);
}

TEST(RealCluster, OfThreeSeesItself) {
  real_cluster cluster(real_cluster_options(3).tags(0, {{"role", "web"}, {"dc", "east"}}));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(cluster[i].count_alive(), 3);
  EXPECT_EQ(cluster[2].name(), "n3");
  const auto web = cluster.run_serf(1, {"members", "-tag", "role=web"}).output;
  EXPECT_EQ(web.rfind("n1  " + cluster[0].gossip_address(), 0), 0U) << web;
}

TEST(RealCluster, GrowsAndTakesAnAgentBack) {
  real_cluster cluster(2);
  cluster.add({{"role", "late"}});
  EXPECT_EQ(cluster[0].count_alive(), 3);

  cluster[1].kill();
  EXPECT_TRUE(cluster.wait_until_alive(2, 20s));
  cluster.restart(1);
  EXPECT_EQ(cluster[2].count_alive(), 3);
}

TEST(RealCluster, WithAKeyRotatesIt) {
  real_cluster cluster(real_cluster_options(3).encrypt_key(key));
  const auto keys = cluster.run_serf(1, {"keys", "-list"});
  EXPECT_EQ(keys.exit_code, 0);
  EXPECT_NE(keys.output.find(key + std::string("  [3/3]")), std::string::npos) << keys.output;

  for (const auto* const action : {"-install=", "-use="}) {
    const auto done = cluster.run_serf(0, {"keys", action + std::string(second_key)});
    EXPECT_EQ(done.exit_code, 0) << done.output;
  }
  EXPECT_EQ(cluster.run_serf(2, {"keys", "-remove=" + std::string(key)}).exit_code, 0);
}

TEST(RealCluster, WithAKeyringFileRemembersKeysOverARestart) {
  real_cluster cluster(real_cluster_options(2).keyring({key}));
  const auto installed = cluster.run_serf(0, {"keys", "-install=" + std::string(second_key)});
  ASSERT_EQ(installed.exit_code, 0) << installed.output;
  cluster[1].kill();
  ASSERT_TRUE(cluster.wait_until_alive(1, 20s));
  cluster.restart(1);
  const auto keys = cluster.run_serf(1, {"keys", "-list"});
  EXPECT_NE(keys.output.find(second_key + std::string("  [2/2]")), std::string::npos)
      << keys.output;
}

}  // namespace
}  // namespace serf::testing
