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

TEST(real_agent, starts_and_answers) {
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

TEST(real_agent, frozen_answers_only_after_the_thaw) {
  real_agent agent;
  agent.freeze();
  agent.freeze();
  EXPECT_TRUE(agent.alive());
  EXPECT_FALSE(answers(agent, 100ms));
  agent.thaw();
  EXPECT_TRUE(answers(agent, 5s));
}

TEST(real_agent, restarts_on_the_same_ports) {
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

TEST(real_agent, tells_how_it_ended) {
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

TEST(real_agent, leaves_nothing_behind) {
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

TEST(real_agent, outlives_the_thread_that_started_it) {
  std::optional<real_agent> agent;
  std::thread([&] { agent.emplace(); }).join();
  EXPECT_EQ(agent->wait_for_exit(200ms), std::nullopt);
  EXPECT_TRUE(answers(*agent, 5s));
}

TEST(real_agent, dies_with_the_process_that_started_it) {
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

TEST(real_agent, with_a_key_refuses_those_without) {
  const real_agent agent(real_agent_options().auth_key("secret"));
  EXPECT_EQ(agent.run_serf({"members"}).exit_code, 0);

  const auto refused = run_serf({"members"}, agent.rpc_address());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.output, "Error retrieving members: Authentication required\n");
  EXPECT_EQ(run_serf({"members"}, agent.rpc_address(), "guess").exit_code, 1);
}

TEST(real_agent, that_cannot_start_shows_its_log) {
  try {
    const real_agent agent(real_agent_options().encrypt_key("c2hvcnQ="));
    FAIL() << "a key of 5 bytes is accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("Failed to "), std::string::npos) << error.what();
  }
}

TEST(real_agent, without_a_binary_says_what_to_install) {
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

TEST(real_cluster, of_three_sees_itself) {
  real_cluster cluster(real_cluster_options(3).tags(0, {{"role", "web"}, {"dc", "east"}}));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(cluster[i].count_alive(), 3);
  EXPECT_EQ(cluster[2].name(), "n3");
  const auto web = cluster.run_serf(1, {"members", "-tag", "role=web"}).output;
  EXPECT_EQ(web.rfind("n1  " + cluster[0].gossip_address(), 0), 0U) << web;
}

TEST(real_cluster, grows_and_takes_an_agent_back) {
  real_cluster cluster(2);
  cluster.add({{"role", "late"}});
  EXPECT_EQ(cluster[0].count_alive(), 3);

  cluster[1].kill();
  EXPECT_TRUE(cluster.wait_until_alive(2, 20s));
  cluster.restart(1);
  EXPECT_EQ(cluster[2].count_alive(), 3);
}

TEST(real_cluster, with_a_key_rotates_it) {
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

TEST(real_cluster, with_a_keyring_file_remembers_keys_over_a_restart) {
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
