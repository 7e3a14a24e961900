#include "vocabulary/printable.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace serf {
namespace {

TEST(printable, leaves_text_and_escapes_what_steers_a_terminal) {
  using namespace std::string_literals;
  const std::pair<std::string, std::string> rows[] = {
      {"plain", "plain"},
      {"grüß 日本 \xf0\x9f\x98\x80", "grüß 日本 \xf0\x9f\x98\x80"},
      {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
      {"\x1b[2J", "\\x1b[2J"},
      {"nul\0!"s, "nul\\x00!"},
      {"del\x7f", "del\\x7f"},
      {"back\\slash", "back\\\\slash"},
      {"\xff\xfe", "\\xff\\xfe"},
      {"cut \xe6\x97", "cut \\xe6\\x97"},
      {"overlong \xc0\xaf", "overlong \\xc0\\xaf"},
      {"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80"},
      {"beyond \xf4\x90\x80\x80", "beyond \\xf4\\x90\\x80\\x80"},
      {"c1 \xc2\x9b"
       "31m",
       "c1 \\xc2\\x9b31m"},
  };
  for (const auto& [text, wanted] : rows) EXPECT_EQ(printable(text), wanted);
}

TEST(printable, makes_one_line_of_several) {
  EXPECT_EQ(printable_line("1 error occurred:\n\t* Failed to join a\n\n"),
            "1 error occurred: * Failed to join a");
  EXPECT_EQ(printable_line(""), "");
  EXPECT_EQ(printable_line(" \n\t "), "");
}

TEST(printable, quotes_no_more_than_fits_a_message) {
  EXPECT_EQ(in_quotes("a\nb"), "\"a\\nb\"");
  const std::string cut = in_quotes(std::string(10'000, 'x'));
  EXPECT_LT(cut.size(), 200U);
  EXPECT_EQ(cut.substr(cut.size() - 5), "x...\"");
  std::string umlauts;
  for (int i = 0; i < 1000; ++i) umlauts += "ü";
  EXPECT_EQ(in_quotes("x" + umlauts).find("\\x"), std::string::npos)
      << "no character is cut in two";
}

}  // namespace
}  // namespace serf
