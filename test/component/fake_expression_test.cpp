// What the fake agent takes for an expression, and what that matches.
#include "testing/fake_expression.hpp"

#include <gtest/gtest.h>

#include <string>

#include "component/fake_expression_verdicts.hpp"

namespace serf::testing {
namespace {

bool compiles(const std::string& expression) {
  try {
    fake_expression compiled(expression);
    return true;
  } catch (const fake_expression::invalid&) {
    return false;
  }
}

std::string times(int count, const std::string& text) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

std::string nested(int levels, const std::string& open, const std::string& close = ")") {
  return times(levels, open) + 'n' + times(levels, close);
}

TEST(fake_expression, matches_what_it_matches_for_an_agent) {
  for (const auto& [expression, match, others] : valid()) {
    SCOPED_TRACE(expression);
    ASSERT_TRUE(compiles(expression));
    const fake_expression compiled(expression);
    for (const auto& text : match) EXPECT_TRUE(compiled.matches(text)) << text;
    for (const auto& text : others) EXPECT_FALSE(compiled.matches(text)) << text;
  }
}

TEST(fake_expression, is_refused_where_an_agent_refuses_it) {
  for (const auto& expression : refused()) EXPECT_FALSE(compiles(expression)) << expression;
}

TEST(fake_expression, nests_as_deep_as_for_an_agent) {
  EXPECT_TRUE(compiles(nested(999, "(")));
  EXPECT_FALSE(compiles(nested(1000, "(")));
  EXPECT_FALSE(compiles(nested(20000, "(")));
  EXPECT_FALSE(compiles(times(20000, "(")));
  EXPECT_TRUE(compiles(nested(20000, "(?:"))) << "groups that take nothing leave no trace";
  EXPECT_TRUE(compiles(nested(999, "(?:", ")*")));
  EXPECT_FALSE(compiles(nested(1000, "(?:", ")*")));
  EXPECT_FALSE(compiles(nested(501, "(ab")));
  EXPECT_TRUE(compiles(nested(500, "(ab")));
}

TEST(fake_expression, is_no_larger_than_for_an_agent) {
  EXPECT_TRUE(compiles("(?:" + times(1000, "[ab].") + "){1000}"));
  EXPECT_FALSE(compiles("(?:" + times(2000, "[ab].") + "){1000}"));
}

// With std::regex each of these takes longer than anybody waits.
TEST(fake_expression, takes_time_in_proportion_to_the_text) {
  const std::string text(100000, 'a');
  for (const auto* expression : {"(a|a)*b", "(a*)*b", "(a|aa)+$b", "(.*)*(.*)*[^a]"}) {
    EXPECT_FALSE(fake_expression(expression).matches(text)) << expression;
  }
}

// docs/testing.md says so: each of these is valid for some agents at least.
TEST(fake_expression, is_refused_where_agents_differ_and_where_nothing_is_known_of_a_script) {
  for (const auto* expression : {"(?<x>n)", R"(\p{greek})", R"(\pn)", R"(\p{Letter})", R"(\p{Cn})",
                                 R"(\p{LC})", R"(\p{ASCII})", R"(\p{Han})", R"(\p{Hebrew})"}) {
    EXPECT_FALSE(compiles(expression)) << expression;
  }
}

TEST(fake_expression, knows_nothing_of_what_is_beyond_cyrillic_but_its_code_point) {
  EXPECT_FALSE(fake_expression(R"(\pL)").matches("\xe6\x97\xa5"));
  EXPECT_TRUE(fake_expression(R"(\x{65e5})").matches("\xe6\x97\xa5"));
}

}  // namespace
}  // namespace serf::testing
