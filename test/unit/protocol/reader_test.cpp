#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "protocol/reader.hpp"
#include "unit/protocol/feed.hpp"
#include "unit/protocol/wire.hpp"

namespace serf::protocol::test {
namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib;

TEST(reader, needs_more_while_nothing_has_come) {
  reader reader;
  header head;
  std::string_view body;
  EXPECT_EQ(reader.next_header(head), reader::status::need_more);
  EXPECT_EQ(reader.next_body(body), reader::status::need_more);
  EXPECT_EQ(reader.pending(), 0U);
}

TEST(reader, offers_64_kib_to_begin_with) {
  reader reader;
  EXPECT_GE(reader.prepare().size, 64 * kib);
}

TEST(reader, finds_a_body_that_spans_reads) {
  reader reader;
  const std::string sent = wire::map(1) + wire::text("Num") + wire::uint32(3);
  feed(reader, wire::header(1) + sent.substr(0, 3));
  header head;
  std::string_view body;
  ASSERT_EQ(reader.next_header(head), reader::status::ready);
  EXPECT_EQ(reader.next_body(body), reader::status::need_more);
  EXPECT_EQ(reader.pending(), 3U);
  feed(reader, sent.substr(3, sent.size() - 4));
  EXPECT_EQ(reader.next_body(body), reader::status::need_more);
  feed(reader, sent.substr(sent.size() - 1) + wire::header(2));
  ASSERT_EQ(reader.next_body(body), reader::status::ready);
  EXPECT_EQ(body, sent);
  ASSERT_EQ(reader.next_header(head), reader::status::ready);
  EXPECT_EQ(head.seq, 2U);
}

TEST(reader, takes_a_usual_header_within_the_least_of_limits_also_in_pieces) {
  for (const std::size_t at_once : {1U, 21U}) {
    reader reader(limits{1, 0, 0});
    const std::string sent =
        wire::map(2) + wire::text("Error") + wire::text("") + wire::text("Seq") + wire::uint64(7);
    ASSERT_EQ(sent.size(), 21U);
    header head;
    for (std::size_t at = 0; at < sent.size(); at += at_once) {
      const bool is_last = at + at_once == sent.size();
      feed(reader, std::string_view(sent).substr(at, at_once));
      EXPECT_EQ(reader.next_header(head),
                is_last ? reader::status::ready : reader::status::need_more);
    }
    EXPECT_EQ(head.seq, 7U);
  }
}

TEST(reader, gives_any_value_as_a_body) {
  for (const std::string& value :
       {wire::nil(),
        wire::flag(true),
        wire::number(1),
        std::string("\xe0"),
        wire::uint64(1),
        wire::int16(-1),
        wire::lead(0xca, 0, 4),
        wire::lead(0xcb, 0, 8),
        wire::text(""),
        wire::text("x"),
        wire::str8("x"),
        wire::str16("x"),
        wire::str32("x"),
        wire::bin8(""),
        wire::bin16("x"),
        wire::bin32("x"),
        wire::array(0),
        wire::map(0),
        wire::array16(0),
        wire::array32(0),
        wire::map16(0),
        wire::map32(0),
        wire::array32(1) + wire::nil(),
        wire::lead(0xd4, 0, 2),
        wire::lead(0xd5, 0, 3),
        wire::lead(0xd6, 0, 5),
        wire::lead(0xd7, 0, 9),
        wire::lead(0xd8, 0, 17),
        wire::lead(0xc7, 2, 1) + "txy",
        wire::lead(0xc8, 2, 2) + "txy",
        wire::lead(0xc9, 2, 4) + "txy",
        wire::lead(0xc7, 0, 1) + "t",
        wire::map(2) + wire::array(1) + wire::map(0) + wire::nil() + wire::text("k") +
            wire::array(2) + wire::array(0) + wire::number(1)}) {
    SCOPED_TRACE(::testing::PrintToString(value));
    reader reader;
    std::string_view body;
    for (std::size_t i = 0; i < value.size(); ++i) {
      ASSERT_EQ(reader.next_body(body), reader::status::need_more) << i;
      feed(reader, value.substr(i, 1));
    }
    ASSERT_EQ(reader.next_body(body), reader::status::ready);
    EXPECT_EQ(body, value);
    EXPECT_EQ(reader.pending(), 0U);
  }
}

// 64 MiB in reads of 16 KiB: scanned or moved anew at each read, it would take minutes.
TEST(reader, takes_time_in_proportion_to_a_body_in_many_pieces) {
  reader reader;
  const std::string entry = wire::text(std::string(30, 'x')) + wire::number(1);
  const std::size_t count = 64 * mib / entry.size();
  std::string piece;
  while (piece.size() < 16 * kib) piece += entry;
  const std::size_t entries = piece.size() / entry.size();

  header head;
  std::string_view body;
  feed(reader, wire::header(1));
  ASSERT_EQ(reader.next_header(head), reader::status::ready);
  feed(reader, wire::map32(count));
  for (std::size_t sent = 0; sent < count; sent += entries) {
    ASSERT_EQ(reader.next_body(body), reader::status::need_more);
    feed(reader, std::string_view(piece).substr(0, std::min(entries, count - sent) * entry.size()));
  }
  ASSERT_EQ(reader.next_body(body), reader::status::ready) << reader.flaw();
  EXPECT_EQ(body.size(), 5 + count * entry.size());
}

TEST(reader, steps_over_text_without_looking_at_it) {
  reader reader;
  const std::string bytes(64 * mib - 5,
                          '\xc1');  // as a value of its own, each would be a violation
  feed(reader, wire::lead(0xc6, bytes.size(), 4) + bytes);
  std::string_view body;
  ASSERT_EQ(reader.next_body(body), reader::status::ready) << reader.flaw();
  EXPECT_EQ(body.size(), 64 * mib);
}

TEST(reader, grows_with_the_bytes_that_come_and_not_with_those_announced) {
  reader reader;
  feed(reader, wire::lead(0xc6, 100 * mib, 4));
  std::string_view body;
  ASSERT_EQ(reader.next_body(body), reader::status::need_more);
  reader.prepare();
  EXPECT_LE(reader.capacity(), 64 * kib);
  feed(reader, std::string(mib, 'x'));
  reader.prepare();
  EXPECT_LE(reader.capacity(), 4 * mib);
}

TEST(reader, shrinks_back_after_a_large_body) {
  reader reader;
  const std::string next = wire::header(9).substr(0, 5);
  feed(reader, wire::bin32(std::string(20 * mib, 'x')) + next);
  std::string_view body;
  ASSERT_EQ(reader.next_body(body), reader::status::ready);
  EXPECT_GT(reader.capacity(), 20 * mib);
  reader.prepare();
  EXPECT_LE(reader.capacity(), 64 * kib);
  feed(reader, wire::header(9).substr(5));
  header head;
  ASSERT_EQ(reader.next_header(head), reader::status::ready);
  EXPECT_EQ(head.seq, 9U);
}

TEST(reader, keeps_its_buffer_over_any_number_of_small_messages) {
  reader reader;
  header head;
  std::string_view body;
  const std::string message =
      wire::header(300) + wire::map(1) + wire::text("Log") + wire::text(std::string(5000, 'l'));
  std::string stream;
  for (int i = 0; i < 1000; ++i) stream += message;
  std::size_t found = 0;
  bool inside = false;
  for (std::size_t at = 0; at < stream.size(); at += 7001) {
    feed(reader, std::string_view(stream).substr(at, 7001));
    for (;;) {
      const auto status = inside ? reader.next_body(body) : reader.next_header(head);
      if (status != reader::status::ready) break;
      if (inside) ++found;
      inside = !inside;
    }
    ASSERT_LE(reader.capacity(), 64 * kib);
  }
  EXPECT_EQ(found, 1000U);
}

TEST(reader, remains_at_a_violation_and_keeps_nothing_more) {
  reader reader;
  feed(reader, "HTTP/1.1 200 OK");
  header head;
  ASSERT_EQ(reader.next_header(head), reader::status::violation);
  const std::string flaw = reader.flaw();
  for (int i = 0; i < 1000; ++i) feed(reader, wire::header(1) + std::string(10 * kib, 'x'));
  std::string_view body;
  EXPECT_EQ(reader.next_header(head), reader::status::violation);
  EXPECT_EQ(reader.next_body(body), reader::status::violation);
  EXPECT_EQ(reader.flaw(), flaw);
  EXPECT_LE(reader.capacity(), 64 * kib);
}

}  // namespace
}  // namespace serf::protocol::test
