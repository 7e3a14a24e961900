#include "client/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

template <class T>
void expect_refused(const command_of<T>& what, const std::string& part) {
  ASSERT_FALSE(what.request) << part;
  EXPECT_EQ(what.request.error().code, errc::invalid_argument);
  EXPECT_EQ(what.request.error().command, what.name);
  EXPECT_THAT(what.request.error().message, HasSubstr(part));
}

TEST(commands, refuse_what_no_agent_takes) {
  expect_refused(commands::event({""}), "the name is empty");
  expect_refused(commands::event({"deploy", std::string(9 * 1024, 'x')}), "\"deploy\"");
  expect_refused(commands::force_leave("", {}), "name is empty");
  expect_refused(commands::get_coordinate(""), "name is empty");
  expect_refused(commands::tags(tag_changes().set("role", "web").remove("role")), "\"role\"");
  expect_refused(commands::members(member_filter().name(regex("\xff"))), "name filter");
  expect_refused(commands::members(member_filter().tag("dc", exact("\xc3"))), "tag \"dc\" filter");
}

TEST(commands, leave_to_the_agent_what_its_configuration_decides) {
  EXPECT_TRUE(commands::event({"deploy", std::string(9 * 1024 - 6, 'x')}).request);
  EXPECT_TRUE(commands::event({"_serf_ping"}).request);
  EXPECT_TRUE(commands::install_key("not base64!").request);
  EXPECT_TRUE(commands::tags(tag_changes()).request);
  EXPECT_TRUE(commands::members(member_filter().name(regex("("))).request);
}

TEST(commands, have_the_time_they_need) {
  EXPECT_EQ(commands::join({"a", "b", "c"}, {}).timeout, 35s);
  EXPECT_EQ(commands::join({}, {}).timeout, 5s);
  EXPECT_EQ(commands::leave().timeout, 30s);
  EXPECT_EQ(commands::list_keys().timeout, 30s);
  EXPECT_EQ(commands::members({}).timeout, std::nullopt);
}

}  // namespace
}  // namespace serf
