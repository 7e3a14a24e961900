// The samples do against real agents what their opening comments say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "support/real_cluster.hpp"
#include "support/run_program.hpp"

namespace serf::testing {
namespace {

using ::testing::HasSubstr;

// Lines without regard to their order, to the order of the tags in them and to blanks between
// columns.
std::vector<std::string> comparable(const std::string& output) {
  std::vector<std::string> lines;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) {
    std::istringstream columns(line);
    std::string comparable, column;
    for (int i = 0; columns >> column; ++i) {
      if (i == 3) {
        std::replace(column.begin(), column.end(), ',', ' ');
        std::istringstream tags(column);
        std::vector<std::string> sorted{std::istream_iterator<std::string>(tags), {}};
        std::sort(sorted.begin(), sorted.end());
        column.clear();
        for (const auto& tag : sorted) column += tag + ",";
      }
      comparable += column + " ";
    }
    lines.push_back(comparable);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

class samples : public ::testing::Test {
 protected:
  real_cluster cluster_{
      real_cluster_options(3).tags(0, {{"role", "web"}, {"dc", "east"}}).tags(1, {{"role", "db"}})};
};

TEST_F(samples, members_prints_the_members_that_serf_members_prints) {
  const auto address = cluster_.agent(0).rpc_address();
  const auto printed = run_program(SERF_MEMBERS_SAMPLE, {"--rpc-addr", address}, {});
  EXPECT_EQ(printed.exit_code, 0) << printed.error_output;
  EXPECT_EQ(comparable(printed.output), comparable(cluster_.run_serf(0, {"members"}).output));
  EXPECT_EQ(comparable(printed.output).size(), 3U);

  const auto filtered = run_program(
      SERF_MEMBERS_SAMPLE, {"--rpc-addr", address, "--tag", "role=web|db", "--name", "n[23]"}, {});
  EXPECT_EQ(comparable(filtered.output),
            comparable(cluster_.run_serf(0, {"members", "-tag", "role=db"}).output));

  const auto by_environment = run_program(SERF_MEMBERS_SAMPLE, {}, {{"SERF_RPC_ADDR", address}});
  EXPECT_EQ(by_environment.output, printed.output);
}

TEST_F(samples, members_says_what_is_wrong_and_with_which_agent) {
  const auto failing = [](const std::vector<std::string>& arguments) {
    const auto result = run_program(SERF_MEMBERS_SAMPLE, arguments, {});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.output, "");
    return result.error_output;
  };
  EXPECT_THAT(failing({"--rpc-addr", "127.0.0.1:1"}),
              HasSubstr("cannot reach the Serf agent at 127.0.0.1:1: Connection refused"));
  EXPECT_THAT(failing({"--rpc-addr", "nowhere"}), HasSubstr("\"nowhere\": no port"));
  EXPECT_THAT(failing({"--rpc-addr", cluster_.agent(0).rpc_address(), "--name", "("}),
              HasSubstr("regex(\"(\")"));
}

TEST_F(samples, tour_goes_through) {
  const auto printed = run_program(
      SERF_TOUR_SAMPLE,
      {"--rpc-addr", cluster_.agent(0).rpc_address(), "--second", cluster_.agent(1).rpc_address()},
      {}, std::chrono::seconds(60));
  EXPECT_EQ(printed.exit_code, 0) << printed.output << printed.error_output;
  EXPECT_THAT(printed.output, HasSubstr("n3"));
  EXPECT_THAT(printed.output, HasSubstr(" rtt: "));
  EXPECT_THAT(printed.output, HasSubstr("Connection refused"));
}

TEST_F(samples, readme_has_one_that_runs) {
  const auto printed =
      run_program(SERF_README_SAMPLE, {}, {{"SERF_RPC_ADDR", cluster_.agent(0).rpc_address()}});
  EXPECT_EQ(printed.exit_code, 0) << printed.error_output;
  EXPECT_THAT(printed.output, HasSubstr("n2  "));
  EXPECT_THAT(printed.output, HasSubstr("response from n1: \"0.7\""));
  EXPECT_THAT(printed.output, HasSubstr("user \"deploy\": \"v1.2\""));
  const auto misled = run_program(SERF_README_SAMPLE, {}, {{"SERF_RPC_ADDR", "garbage"}});
  EXPECT_EQ(misled.exit_code, 1);
  EXPECT_THAT(misled.error_output, HasSubstr("SERF_RPC_ADDR \"garbage\""));
  EXPECT_TRUE(cluster_.agent(0).wait_for_log("deploy", std::chrono::seconds(10)));
}

}  // namespace
}  // namespace serf::testing
