#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/expression.hpp"

namespace serf::protocol::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

TEST(expression, matches_the_whole_text_in_both_commands) {
  const struct {
    pattern wanted;
    const char* for_members;
    const char* for_queries;
  } table[] = {
      {exact("a.b"), R"((?:a\.b))", R"(^(?:a\.b)$)"},
      {exact("web"), "(?:web)", "^(?:web)$"},
      {prefix("web-"), "(?:web-(?s:.*))", "^(?:web-(?s:.*))$"},
      {prefix(""), "(?:(?s:.*))", "^(?:(?s:.*))$"},
      {prefix("a+"), R"((?:a\+(?s:.*)))", R"(^(?:a\+(?s:.*))$)"},
      {regex("w|x"), "(?:w|x)", "^(?:w|x)$"},
      {regex("(?i)WEB"), "(?:(?i)WEB)", "^(?:(?i)WEB)$"},
      {as_agent("w|x"), "w|x", "w|x"},
      {as_agent(""), "", ""},
  };
  for (const auto& each : table) {
    EXPECT_EQ(members_expression(each.wanted), each.for_members);
    EXPECT_EQ(query_expression(each.wanted), each.for_queries);
  }
}

TEST(expression, is_never_empty_unless_sent_as_it_stands) {
  for (const pattern& each : {exact(""), regex("")}) {
    EXPECT_EQ(members_expression(each), "(?:)");  // the agent takes an empty one for no filter
    EXPECT_EQ(query_expression(each), "^(?:)$");
  }
}

TEST(expression, escapes_what_is_special_and_nothing_else) {
  EXPECT_EQ(members_expression(exact(R"(!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~)")),
            R"((?:!"#\$%&'\(\)\*\+,-\./:;<=>\?@\[\\\]\^_`\{\|\}~))");
  EXPECT_EQ(members_expression(exact("a b\tc\nd")), "(?:a b\tc\nd)");
  EXPECT_EQ(members_expression(exact(std::string("a\0b", 3))), std::string("(?:a\0b)", 7));
  EXPECT_EQ(members_expression(exact("größe-日本-😀")), "(?:größe-日本-😀)");
  EXPECT_EQ(members_expression(exact("\\Q.\\E")), R"((?:\\Q\.\\E))");
}

// Otherwise the quotation would swallow the group's end, and the agent hangs up on what is then no
// expression.
TEST(expression, ends_a_quotation_that_the_user_left_open) {
  const struct {
    const char* wanted;
    const char* expression;
  } table[] = {
      {R"(\Qa.b)", R"((?:\Qa.b\E))"},
      {R"(\Qa.b\E)", R"((?:\Qa.b\E))"},
      {R"(\Qa\E.\Qb)", R"((?:\Qa\E.\Qb\E))"},
      {R"(\Qa\)", R"((?:\Qa\\E))"},
      {R"(\\Qa.b)", R"((?:\\Qa.b))"},
      {R"(\\\Qa.b)", R"((?:\\\Qa.b\E))"},
      {R"(a\)", R"((?:a\))"},
  };
  for (const auto& each : table) EXPECT_EQ(members_expression(regex(each.wanted)), each.expression);
}

TEST(expression, is_refused_where_it_is_not_utf8) {
  for (const char* bad :
       {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    for (const pattern& each : {exact(bad), prefix(bad), regex(bad), as_agent(bad)}) {
      EXPECT_THAT(expression_flaw(each), Optional(HasSubstr("is not UTF-8")));
    }
  }
  EXPECT_THAT(expression_flaw(exact("a\xff")),
              Optional(std::string(R"(exact("a\xff") is not UTF-8)")));
}

// Put into a group it would be an expression, but another one, and not match the whole of a text.
TEST(expression, is_refused_where_it_ends_a_group_that_it_does_not_begin) {
  for (const char* bad : {")", "a)|(b", "(a))(", "[(])", R"(\(a))", R"(\Q(\E))", "[]]a)|(b",
                          "[^](])", "[[:alpha:](])", R"([\]])|()"}) {
    EXPECT_THAT(expression_flaw(regex(bad)), Optional(HasSubstr("ends a group"))) << bad;
    EXPECT_EQ(expression_flaw(as_agent(bad)), std::nullopt) << "the agent sees it as it stands";
    EXPECT_EQ(expression_flaw(exact(bad)), std::nullopt);
  }
  EXPECT_THAT(expression_flaw(regex("a)|(b")),
              Optional(std::string(R"(regex("a)|(b") ends a group that it does not begin)")));
  for (const char* good : {"(a)|(b)", "((a))", "[)]", "[^)]", "[])]", R"(\))", R"(\Q)\E)", R"(\Q))",
                           "[[:alpha:])]", R"([\])])", "(?i:a)", "[)"}) {
    EXPECT_EQ(expression_flaw(regex(good)), std::nullopt) << good;
  }
}

TEST(expression, is_left_to_the_agent_to_refuse_otherwise) {
  for (const char* any : {"", "(", "[a", "a**", "größe", "\xef\xbf\xbd", "😀"}) {
    EXPECT_EQ(expression_flaw(regex(any)), std::nullopt) << any;
  }
  EXPECT_EQ(expression_flaw(exact(std::string(1, '\0'))), std::nullopt);
}

}  // namespace
}  // namespace serf::protocol::test
