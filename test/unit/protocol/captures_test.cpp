#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/protocol/captured.hpp"

namespace serf::protocol::test {
namespace {

using ::testing::ElementsAreArray;

bool is_request(const std::string& file) {
  constexpr std::string_view end = ".request.bin";
  return file.size() > end.size() && file.compare(file.size() - end.size(), end.size(), end) == 0;
}

TEST(captures, mean_what_the_agents_meant) {
  for (const captured& each : all_captured()) {
    SCOPED_TRACE(each.file);
    const std::string bytes = load_capture(each.file);
    const transcript read = read_pieces(each, {bytes});
    EXPECT_EQ(read.problem, "");
    EXPECT_THAT(read.messages, ElementsAreArray(each.means));
    EXPECT_EQ(read.ends_inside_record, each.ends_inside_record);
  }
}

TEST(captures, mean_the_same_wherever_a_read_ends) {
  for (const captured& each : all_captured()) {
    SCOPED_TRACE(each.file);
    const std::string bytes = load_capture(each.file);
    const std::string_view all = bytes;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      const transcript read = read_pieces(each, {all.substr(0, cut), all.substr(cut)});
      ASSERT_EQ(read.problem, "") << "cut at " << cut;
      ASSERT_EQ(read.messages, each.means) << "cut at " << cut;
    }
  }
}

TEST(captures, mean_the_same_byte_by_byte) {
  for (const captured& each : all_captured()) {
    SCOPED_TRACE(each.file);
    const std::string bytes = load_capture(each.file);
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      pieces.push_back(std::string_view(bytes).substr(i, 1));
    const transcript read = read_pieces(each, pieces);
    EXPECT_EQ(read.problem, "");
    EXPECT_EQ(read.messages, each.means);
  }
}

TEST(captures, are_all_named_by_a_test) {
  std::set<std::string> named;
  for (const captured& each : all_captured()) named.insert(each.file);
  std::vector<std::string> sent_by_agents = list_captures();
  sent_by_agents.erase(std::remove_if(sent_by_agents.begin(), sent_by_agents.end(), is_request),
                       sent_by_agents.end());
  ASSERT_FALSE(sent_by_agents.empty());
  EXPECT_THAT(sent_by_agents, ::testing::UnorderedElementsAreArray(named));
}

}  // namespace
}  // namespace serf::protocol::test
