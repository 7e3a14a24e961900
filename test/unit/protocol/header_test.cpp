#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/reader.hpp"
#include "unit/protocol/feed.hpp"
#include "unit/protocol/wire.hpp"

namespace serf::protocol::test {
namespace {

using wire::map;
using wire::text;

constexpr std::uint64_t largest = ~std::uint64_t{0};

struct row {
  std::string bytes;
  std::uint64_t seq;
  std::string error;
};

std::vector<row> headers() {
  const std::string start = map(2) + text("Error") + text("") + text("Seq");
  const auto failed = [](const std::string& error) {
    return map(2) + text("Error") + error + text("Seq") + wire::number(7);
  };
  const std::string long_error(70'000, 'e');
  std::vector<row> rows = {
      {start + wire::number(0), 0, ""},
      {start + wire::number(127), 127, ""},
      {start + wire::uint8(5), 5, ""},
      {start + wire::uint8(255), 255, ""},
      {start + wire::uint16(5), 5, ""},
      {start + wire::uint16(65535), 65535, ""},
      {start + wire::uint32(5), 5, ""},
      {start + wire::uint32(0xffffffff), 0xffffffff, ""},
      {start + wire::uint64(5), 5, ""},
      {start + wire::uint64(largest), largest, ""},
      {start + wire::int8(127), 127, ""},
      {start + wire::int16(32767), 32767, ""},
      {start + wire::int32(5), 5, ""},
      {start + wire::int64(0x7fffffffffffffff), 0x7fffffffffffffff, ""},
      {failed(text("no")), 7, "no"},
      {failed(wire::str8("no")), 7, "no"},
      {failed(wire::str16("no")), 7, "no"},
      {failed(wire::str32(long_error)), 7, long_error},
      {failed(wire::bin8("no")), 7, "no"},
      {failed(wire::bin16("no")), 7, "no"},
      {failed(wire::bin32("no")), 7, "no"},
      {failed(wire::bin8("")), 7, ""},
      {failed(text(std::string("\xff\0", 2))), 7, std::string("\xff\0", 2)},
      {map(2) + text("Seq") + wire::number(9) + text("Error") + text("x"), 9, "x"},
      {map(2) + wire::bin8("Error") + text("x") + wire::str32("Seq") + wire::number(9), 9, "x"},
      {wire::map16(2) + text("Error") + text("x") + text("Seq") + wire::number(9), 9, "x"},
      {wire::map32(2) + text("Error") + text("") + text("Seq") + wire::number(9), 9, ""},
      {map(5) + text("Error") + text("x") + text("Later") + wire::array(2) + wire::map(1) +
           wire::nil() + wire::flag(true) + wire::lead(0xcb, 0, 8) + text("Seq") + wire::number(9) +
           wire::number(3) + wire::nil() + wire::map(0) + wire::lead(0xd4, 0, 2),
       9, "x"},
      {map(3) + text("Seq") + wire::number(1) + text("Error") + text("") + text("Seq") +
           wire::number(2),
       2, ""},
  };
  return rows;
}

TEST(header, is_read_in_every_form) {
  for (const row& each : headers()) {
    SCOPED_TRACE(::testing::PrintToString(each.bytes.substr(0, 40)));
    reader reader;
    feed(reader, each.bytes);
    header head;
    ASSERT_EQ(reader.next_header(head), reader::status::ready) << reader.flaw();
    EXPECT_EQ(head.seq, each.seq);
    EXPECT_EQ(head.error, each.error);
    EXPECT_EQ(reader.pending(), 0U);
  }
}

TEST(header, waits_for_its_last_byte) {
  for (const row& each : headers()) {
    if (each.bytes.size() > 100) continue;
    SCOPED_TRACE(::testing::PrintToString(each.bytes));
    reader reader;
    header head;
    for (const char byte : each.bytes) {
      ASSERT_EQ(reader.next_header(head), reader::status::need_more) << reader.flaw();
      feed(reader, {&byte, 1});
    }
    ASSERT_EQ(reader.next_header(head), reader::status::ready) << reader.flaw();
    EXPECT_EQ(head.seq, each.seq);
    EXPECT_EQ(head.error, each.error);
  }
}

TEST(header, is_refused_without_text_and_number) {
  const std::string error = text("Error"), seq = text("Seq"), one = wire::number(1);
  const struct {
    std::string bytes;
    const char* flaw;
  } table[] = {
      {map(0), "sent a header without Error"},
      {map(1) + error + text(""), "sent a header without Seq"},
      {map(1) + seq + one, "sent a header without Error"},
      {map(1) + text("Members") + wire::array(0),
       "sent a header without Error, but with \"Members\""},
      {map(2) + text("error") + text("") + text("seq") + one,
       "sent a header without Error, but with \"error\""},
      {map(2) + error + wire::nil() + seq + one, "sent a header whose Error is not text"},
      {map(2) + error + one + seq + one, "sent a header whose Error is not text"},
      {map(2) + error + map(0) + seq + one, "sent a header whose Error is not text"},
      {map(2) + error + text("") + seq + wire::int8(-1),
       "sent a header whose Seq is not an unsigned number"},
      {map(2) + error + text("") + seq + "\xff",
       "sent a header whose Seq is not an unsigned number"},
      {map(2) + error + text("") + seq + wire::lead(0xcb, 0, 8),
       "sent a header whose Seq is not an unsigned number"},
      {map(2) + error + text("") + seq + text("1"),
       "sent a header whose Seq is not an unsigned number"},
      {map(2) + error + text("") + seq + wire::nil(),
       "sent a header whose Seq is not an unsigned number"},
  };
  for (const auto& each : table) {
    SCOPED_TRACE(::testing::PrintToString(each.bytes));
    reader reader;
    feed(reader, each.bytes);
    header head;
    EXPECT_EQ(reader.next_header(head), reader::status::violation);
    EXPECT_EQ(reader.flaw_code(), errc::protocol_violation);
    EXPECT_EQ(reader.flaw(), each.flaw);
  }
}

TEST(header, tells_who_answers_instead_of_an_agent) {
  const struct {
    std::string bytes;
    const char* flaw;
  } table[] = {
      {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
       R"(starts with 0x48 ("HTTP/1.1 400 Bad Request"...): an HTTP server, not a Serf agent)"},
      {"HTTP", R"(starts with 0x48 ("HTTP"): not a Serf agent)"},
      {std::string("\x15\x03\x01\x00\x02\x02\x16", 7),
       R"(starts with 0x15 ("\x15\x03\x01\x00\x02\x02\x16"): a TLS server, not a Serf agent )"
       R"((Serf's RPC has no TLS))"},
      {"SSH-2.0-OpenSSH_9.2\r\n",
       R"(starts with 0x53 ("SSH-2.0-OpenSSH_9.2\r\n"): not a Serf agent)"},
      {"\xc1", R"(starts with 0xc1 ("\xc1"): not a Serf agent)"},
      {wire::nil(), R"(starts with 0xc0 ("\xc0"): not a Serf agent)"},
      {wire::array(2), R"(starts with 0x92 ("\x92"): not a Serf agent)"},
      {wire::lead(0xdb), R"(starts with 0xdb ("\xdb"): not a Serf agent)"},
  };
  for (const auto& each : table) {
    reader reader;
    feed(reader, each.bytes);
    header head;
    EXPECT_EQ(reader.next_header(head), reader::status::violation);
    EXPECT_EQ(reader.flaw_code(), errc::protocol_violation);
    EXPECT_EQ(reader.flaw(), each.flaw);
  }
}

TEST(header, is_limited_in_size_whatever_a_body_may_have) {
  reader reader;
  feed(reader, map(2) + text("Error") + wire::lead(0xdb, (1U << 20U) + 1, 4));
  header head;
  EXPECT_EQ(reader.next_header(head), reader::status::violation);
  EXPECT_EQ(reader.flaw_code(), errc::limit_exceeded);
  EXPECT_EQ(reader.flaw(), "sent a header of more than 1048576 bytes");
}

}  // namespace
}  // namespace serf::protocol::test
