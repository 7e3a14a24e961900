#include "session/outbox.hpp"

#include <gtest/gtest.h>

namespace serf::session {
namespace {

TEST(outbox, gives_what_was_appended_in_pieces_of_any_size) {
  outbox out;
  std::string all, taken;
  for (int i = 0; i < 5000; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 300), static_cast<char>('a' + i % 26));
    all += piece;
    out.tail() += piece;
    const auto count =
        std::min<std::size_t>(out.unsent().size(), static_cast<std::size_t>(i % 250));
    taken += out.unsent().substr(0, count);
    out.consume(count);
    ASSERT_EQ(out.begin(), taken.size());
    ASSERT_EQ(out.end(), all.size());
  }
  taken += out.unsent();
  EXPECT_EQ(taken, all);
}

TEST(outbox, gives_back_the_memory_of_a_large_burst) {
  outbox out;
  out.tail().assign(4U << 20U, 'x');
  out.consume(out.unsent().size());
  EXPECT_TRUE(out.empty());
  EXPECT_LT(out.tail().capacity(), 1U << 20U);
  EXPECT_EQ(out.begin(), 4U << 20U);
}

}  // namespace
}  // namespace serf::session
