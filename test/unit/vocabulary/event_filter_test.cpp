#include <serf/event_filter.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <serf/stream_end.hpp>

namespace serf {
namespace {

using ::testing::HasSubstr;

TEST(event_filter, is_one_text_or_a_list) {
  EXPECT_EQ(event_filter().text(), "*");
  EXPECT_EQ(event_filter("user:deploy,member-join").text(), "user:deploy,member-join");
  EXPECT_EQ(event_filter({"user:deploy", "member-join"}), event_filter("user:deploy,member-join"));
  EXPECT_EQ(event_filter(std::vector<std::string>{"query"}).text(), "query");
  EXPECT_EQ(to_string(event_filter("user:\x1b")), "user:\\x1b");
}

TEST(event_filter, takes_what_agents_take) {
  for (const auto* const text :
       {"*", "user", "user:", "user:a:b", "query:load", "member-join,member-leave,member-failed",
        "member-update", "member-reap,*"}) {
    EXPECT_TRUE(event_filter(text).check()) << text;
  }
}

TEST(event_filter, names_what_no_agent_takes) {
  const std::pair<const char*, const char*> rows[] = {
      {"bogus", "\"bogus\""},
      {"user, query", "\" query\""},
      {"User", "\"User\""},
      {"user,", "\"\""},
      {"member-join,,user", "\"\""},
      {"member_join", "\"member_join\""},
      {"member-join:n1", "\"member-join:n1\""},
  };
  for (const auto& [text, named] : rows) {
    const auto checked = event_filter(text).check();
    ASSERT_FALSE(checked) << text;
    EXPECT_EQ(checked.error().code, errc::invalid_argument);
    EXPECT_THAT(checked.error().message, HasSubstr(std::string(named) + " is no kind of event"));
  }
}

TEST(event_filter, of_nothing_is_not_one_of_everything) {
  EXPECT_FALSE(event_filter("").check());
  EXPECT_FALSE(event_filter(std::vector<std::string>{}).check());
  const std::string name = "user:deploy";
  EXPECT_EQ(event_filter({name, std::string("query")}).text(), "user:deploy,query");
}

TEST(stream_end, is_a_state_with_a_reason) {
  stream_end end;
  EXPECT_FALSE(end);
  EXPECT_EQ(to_string(end), "open");
  end = {stream_state::lost, failure(errc::connection_lost, "the agent is gone")};
  EXPECT_TRUE(end);
  EXPECT_EQ(to_string(end), "lost: the agent is gone");
}

}  // namespace
}  // namespace serf
