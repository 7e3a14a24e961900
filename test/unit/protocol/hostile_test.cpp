#include <random>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "protocol/decode.hpp"
#include "protocol/reader.hpp"
#include "unit/protocol/feed.hpp"
#include "unit/protocol/wire.hpp"

namespace serf::protocol::test {
namespace {

struct row {
  std::string bytes;
  errc code;
  const char* flaw;
};

void expect_refused(const row& each, const limits& bounds = {}) {
  SCOPED_TRACE(each.flaw);
  reader reader(bounds);
  feed(reader, each.bytes);
  std::string_view body;
  EXPECT_EQ(reader.next_body(body), reader::status::violation);
  EXPECT_EQ(reader.flaw_code(), each.code);
  EXPECT_EQ(reader.flaw(), each.flaw);
  reader.prepare();
  EXPECT_LE(reader.capacity(), 64U << 10U);
}

TEST(hostile_input, is_refused_as_soon_as_it_announces_too_much) {
  const char* const elements = "sent a body of more than 4194304 elements";
  const char* const bytes = "sent a body of more than 134217728 bytes";
  const row table[] = {
      {wire::array32(1U << 31U), errc::limit_exceeded, elements},
      {wire::array32(0xffffffff), errc::limit_exceeded, elements},
      {wire::map32(1U << 31U), errc::limit_exceeded, elements},
      {wire::map32(0xffffffff), errc::limit_exceeded, elements},
      {wire::array32(4'194'305), errc::limit_exceeded, elements},
      {wire::array(2) + wire::array32(4'194'303), errc::limit_exceeded, elements},
      {wire::lead(0xdb, 0xffffffff, 4), errc::limit_exceeded, bytes},
      {wire::lead(0xc6, 0xffffffff, 4), errc::limit_exceeded, bytes},
      {wire::lead(0xc9, 0xffffffff, 4), errc::limit_exceeded, bytes},
      {wire::lead(0xc6, (128U << 20U) - 4, 4), errc::limit_exceeded, bytes},
  };
  for (const row& each : table) expect_refused(each);
}

TEST(hostile_input, may_be_as_large_as_the_limits_and_no_larger) {
  const limits tight = {64, 3, 10};
  std::string_view body;
  for (const std::string& value :
       {wire::bin8(std::string(62, 'x')), wire::array(1) + wire::array(1) + wire::array(0),
        wire::array(10) + std::string(10, '\0'), wire::map(10) + std::string(20, '\0'),
        wire::array(2) + wire::array(4) + std::string(4, '\0') + wire::map(4) +
            std::string(8, '\0')}) {
    reader reader(tight);
    feed(reader, value);
    EXPECT_EQ(reader.next_body(body), reader::status::ready) << reader.flaw();
  }
  std::string eight_numbers;
  for (int i = 0; i < 8; ++i) eight_numbers += wire::uint64(1);
  const row table[] = {
      {wire::bin8(std::string(63, 'x')), errc::limit_exceeded, "sent a body of more than 64 bytes"},
      {wire::lead(0xc4, 63, 1), errc::limit_exceeded, "sent a body of more than 64 bytes"},
      {wire::map(4) + eight_numbers, errc::limit_exceeded, "sent a body of more than 64 bytes"},
      {wire::array(1) + wire::array(1) + wire::array(1) + wire::array(0), errc::limit_exceeded,
       "sent a body with arrays and maps nested deeper than 3"},
      {wire::array(1) + wire::map(1) + wire::nil() + wire::map(1) + wire::map(0),
       errc::limit_exceeded, "sent a body with arrays and maps nested deeper than 3"},
      {wire::array(11), errc::limit_exceeded, "sent a body of more than 10 elements"},
      {wire::array(2) + wire::array(4) + std::string(4, '\0') + wire::map(5), errc::limit_exceeded,
       "sent a body of more than 10 elements"},
  };
  for (const row& each : table) expect_refused(each, tight);
}

TEST(hostile_input, of_20_million_nested_arrays_is_refused_at_the_33rd) {
  const std::string piece(64U << 10U, '\x91');
  reader reader;
  std::string_view body;
  for (std::size_t sent = 0; sent < 20'000'000; sent += piece.size()) {
    feed(reader, piece);
    ASSERT_EQ(reader.next_body(body), reader::status::violation);
    ASSERT_LE(reader.capacity(), 64U << 10U);
  }
  EXPECT_EQ(reader.flaw(), "sent a body with arrays and maps nested deeper than 32");
  expect_refused({std::string(33, '\x91'), errc::limit_exceeded,
                  "sent a body with arrays and maps nested deeper than 32"});
}

TEST(hostile_input, with_a_byte_that_msgpack_does_not_know_is_refused) {
  expect_refused({"\xc1", errc::protocol_violation,
                  "sent a body with byte 0xc1 at offset 0, which means nothing in msgpack"});
  expect_refused({wire::map(1) + wire::text("Num") + "\xc1", errc::protocol_violation,
                  "sent a body with byte 0xc1 at offset 5, which means nothing in msgpack"});
}

// Whatever comes: no crash, no hang, and memory for little more than the bytes.
TEST(hostile_input, of_noise_ends_in_something_defined) {
  std::mt19937 random(20260114);
  const auto byte = [&] { return static_cast<char>(random() & 0xffU); };
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = round % 2 == 0 ? wire::header(1) : std::string();
    const std::size_t size = random() % 400;
    while (bytes.size() < size) bytes += byte();
    reader reader;
    header head;
    std::string_view body;
    bool inside = false;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t piece = 1 + random() % 50;
      feed(reader, std::string_view(bytes).substr(at, piece));
      at += piece;
      for (;;) {
        const auto status = inside ? reader.next_body(body) : reader.next_header(head);
        EXPECT_EQ(status == reader::status::violation, !reader.flaw().empty());
        if (status != reader::status::ready) break;
        inside = !inside;
      }
    }
    ASSERT_LE(reader.pending(), bytes.size());
    ASSERT_LE(reader.capacity(), 64U << 10U);
  }
}

template <class T, class Decode>
void decode_anyhow(Decode decode, std::string_view bytes) {
  T into{};
  if constexpr (std::is_invocable_v<Decode, std::string_view, T&>) {
    decode(bytes, into);  // a record
  } else {
    decode(bytes, into, nullptr);
  }
}

void decode_as_everything(std::string_view bytes) {
  decode_anyhow<std::vector<member>>(decode_members, bytes);
  decode_anyhow<int>(decode_join, bytes);
  decode_anyhow<key_report>(decode_keys, bytes);
  decode_anyhow<agent_stats>(decode_stats, bytes);
  decode_anyhow<std::optional<coordinate>>(decode_coordinate, bytes);
  decode_anyhow<serf::event>(decode_event, bytes);
  decode_anyhow<std::string>(decode_log, bytes);
  decode_anyhow<query_record>(decode_query_record, bytes);
}

// Bytes that are likely to mean something: kinds of values, and the keys that bodies have.
std::string plausible(std::mt19937& random) {
  static const char* const keys[] = {"Members", "Name",     "Addr", "Tags", "Event", "Coord",
                                     "Vec",     "Messages", "Keys", "Num",  "Log",   "Type"};
  std::string bytes;
  const std::size_t parts = 1 + random() % 30;
  for (std::size_t i = 0; i < parts; ++i) {
    switch (random() % 4) {
      case 0:
        bytes += wire::text(keys[random() % std::size(keys)]);
        break;
      case 1:
        bytes += random() % 2 ? wire::map(random() % 4) : wire::array(random() % 4);
        break;
      case 2:
        bytes += static_cast<char>(random() & 0xffU);
        break;
      default:
        bytes += random() % 2 ? wire::text("user") : wire::number(random());
    }
  }
  return bytes;
}

// The reader lets no broken body through; decoding does not rely on it.
TEST(hostile_input, decodes_to_something_defined) {
  std::mt19937 random(20260115);
  for (int round = 0; round < 20'000; ++round) decode_as_everything(plausible(random));
  decode_as_everything({});
  for (unsigned byte = 0; byte < 256; ++byte) {
    decode_as_everything(wire::lead(byte));
    decode_as_everything(wire::lead(byte) + "\xff\xff\xff\xff\xff\xff\xff\xff");
    for (const char* key : {"Members", "Num", "Keys", "Coord", "Event", "Log", "Type"}) {
      decode_as_everything(wire::map(1) + wire::text(key) + wire::lead(byte, 0xffffffff, 4));
    }
  }
}

TEST(hostile_input, of_empty_maps_makes_no_members) {
  const std::size_t count = 1'000'000;
  const std::string body =
      wire::map(1) + wire::text("Members") + wire::array32(count) + std::string(count, '\x80');
  std::vector<member> members;
  EXPECT_EQ(decode_members(body, members), "members: Name is missing");
  EXPECT_LE(members.capacity(), count / 16 + 1);
}

}  // namespace
}  // namespace serf::protocol::test
