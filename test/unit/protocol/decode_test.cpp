#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/decode.hpp"
#include "unit/protocol/captured.hpp"
#include "unit/protocol/wire.hpp"

namespace serf::protocol::test {
namespace {

using ::testing::ElementsAre;
using wire::map;
using wire::nil;
using wire::number;
using wire::text;

std::string entry(const char* key, const std::string& value) { return text(key) + value; }

std::string members_body(const std::string& fields, std::size_t count) {
  return map(1) + entry("Members", wire::array(1) + map(count) + fields);
}

member decoded(const std::string& fields, std::size_t count) {
  std::vector<member> members;
  EXPECT_EQ(decode_members(members_body(fields, count), members), std::nullopt);
  return members.size() == 1 ? members[0] : member{};
}

TEST(decode, reads_numbers_of_every_width) {
  for (const std::string& port :
       {number(99), wire::uint8(99), wire::uint16(99), wire::uint32(99), wire::uint64(99),
        wire::int8(99), wire::int16(99), wire::int32(99), wire::int64(99)}) {
    EXPECT_EQ(decoded(entry("Name", text("n")) + entry("Port", port), 2).port, 99);
  }
  for (const std::string& minus :
       {std::string("\xff"), wire::int8(-1), wire::int16(-1), wire::int32(-1), wire::int64(-1)}) {
    EXPECT_EQ(decoded(entry("Name", text("n")) + entry("ProtocolCur", minus), 2).protocol_cur, -1);
  }
}

TEST(decode, reads_text_and_bytes_of_every_width_alike) {
  const std::string any("\xff\0\xc3", 3);
  for (const std::string& form : {text(any), wire::str8(any), wire::str16(any), wire::str32(any),
                                  wire::bin8(any), wire::bin16(any), wire::bin32(any)}) {
    const member made = decoded(
        entry("Name", form) + entry("Tags", map(1) + form + form) + entry("Status", form), 3);
    EXPECT_EQ(made.name, any);
    EXPECT_EQ(made.tags, (tag_map{{any, any}}));
    EXPECT_EQ(made.status, member_status::unknown);
  }
  EXPECT_EQ(decoded(wire::bin8("Name") + wire::bin8("n1"), 1).name, "n1");
  EXPECT_EQ(decoded(entry("Name", text("n")) + entry("Addr", text("\x7f\x01\x01\x01")), 2).address,
            "127.1.1.1");
}

TEST(decode, takes_nil_for_empty_wherever_it_stands) {
  std::string fields;
  for (const char* key : {"Addr", "DelegateCur", "DelegateMax", "DelegateMin", "Name", "Port",
                          "ProtocolCur", "ProtocolMax", "ProtocolMin", "Status", "Tags"}) {
    fields += entry(key, nil());
  }
  EXPECT_EQ(decoded(fields, 11), member{});
  EXPECT_EQ(decoded(entry("Name", text("n")) + entry("Tags", map(1) + nil() + nil()), 2).tags,
            (tag_map{{"", ""}}));

  std::vector<member> members(3);
  EXPECT_EQ(decode_members(map(1) + entry("Members", nil()), members), std::nullopt);
  EXPECT_TRUE(members.empty());
  int joined = 3;
  EXPECT_EQ(decode_join(map(1) + entry("Num", nil()), joined), std::nullopt);
  EXPECT_EQ(joined, 0);
  key_report report{{{"old", 1}}, {}, 1, 1, 1};
  EXPECT_EQ(
      decode_keys(map(5) + entry("Keys", nil()) + entry("Messages", nil()) +
                      entry("NumErr", nil()) + entry("NumNodes", nil()) + entry("NumResp", nil()),
                  report),
      std::nullopt);
  EXPECT_EQ(report, key_report{});
  agent_stats stats;
  EXPECT_EQ(decode_stats(nil(), stats), std::nullopt);
  EXPECT_EQ(decode_stats(map(1) + entry("serf", nil()), stats), std::nullopt);
  EXPECT_EQ(stats.sections.count("serf"), 1U);
  std::optional<coordinate> where;
  EXPECT_EQ(
      decode_coordinate(map(2) + entry("Coord", nil()) + entry("Ok", wire::flag(true)), where),
      std::nullopt);
  EXPECT_EQ(where, coordinate{});
  EXPECT_EQ(decode_coordinate(map(2) + entry("Coord", nil()) + entry("Ok", nil()), where),
            std::nullopt);
  EXPECT_EQ(where, std::nullopt);
  std::string line = "old";
  EXPECT_EQ(decode_log(map(1) + entry("Log", nil()), line), std::nullopt);
  EXPECT_EQ(line, "");
}

TEST(decode, reads_keys_in_any_order_and_takes_the_last_of_equal_ones) {
  const member made = decoded(entry("Tags", map(3) + text("b") + text("1") + text("a") + text("2") +
                                                text("b") + text("3")) +
                                  entry("Port", number(1)) + entry("Name", text("old")) +
                                  entry("Name", text("n")) + entry("Port", number(2)),
                              5);
  EXPECT_EQ(made.name, "n");
  EXPECT_EQ(made.port, 2);
  EXPECT_EQ(made.tags, (tag_map{{"a", "2"}, {"b", "3"}}));

  std::optional<coordinate> where;
  const std::string vec = entry("Vec", wire::array(1) + wire::lead(0xca, 0x3f800000, 4));
  EXPECT_EQ(decode_coordinate(map(3) + entry("Coord", map(2) + vec + entry("Height", number(2))) +
                                  entry("Coord", map(1) + vec) + entry("Ok", wire::flag(true)),
                              where),
            std::nullopt);
  EXPECT_EQ(where, (coordinate{{1.0}, 0, 0, 0}));
}

TEST(decode, skips_unknown_keys_whatever_they_hold) {
  const std::string nested = wire::array(4) + map(1) + map(1) + nil() + wire::array(0) +
                             entry("Name", text("inner")) + wire::lead(0xd4, 0, 2) + map(0);
  const std::string extension = wire::lead(0xc7, 1, 1) + "tx";
  const member made =
      decoded(entry("Later", nested) + entry("Name", text("n")) + number(7) + nested + nested +
                  nil() + entry("Port", number(5)) + wire::flag(true) + wire::lead(0xcb, 0, 8) +
                  extension + text("") + nil() + extension + entry("Port", number(6)),
              9);
  EXPECT_EQ(made.name, "n");
  EXPECT_EQ(made.port, 6);
}

TEST(decode, reads_coordinates_of_all_kinds_of_numbers) {
  std::optional<coordinate> where;
  const std::string vec = wire::array(5) + wire::lead(0xca, 0x3fc00000, 4) +
                          wire::lead(0xcb, 0xbff8000000000000, 8) + number(2) + wire::int16(-3) +
                          wire::lead(0xcb, 0x7ff8000000000000, 8);
  ASSERT_EQ(
      decode_coordinate(
          map(2) +
              entry("Coord", map(4) + entry("Vec", vec) +
                                 entry("Error", wire::lead(0xca, 0x3f000000, 4)) +
                                 entry("Height", wire::uint64(4)) + entry("Adjustment", "\xff")) +
              entry("Ok", wire::flag(true)),
          where),
      std::nullopt);
  ASSERT_TRUE(where);
  EXPECT_THAT(where->vec, ElementsAre(1.5, -1.5, 2, -3, ::testing::IsNan()));
  EXPECT_EQ(where->error, 0.5);
  EXPECT_EQ(where->height, 4);
  EXPECT_EQ(where->adjustment, -1);
}

TEST(decode, knows_each_kind_of_event_and_keeps_the_name_of_others) {
  const struct {
    const char* word;
    member_event_kind kind;
  } table[] = {{"member-join", member_event_kind::join},
               {"member-leave", member_event_kind::leave},
               {"member-failed", member_event_kind::failed},
               {"member-update", member_event_kind::update},
               {"member-reap", member_event_kind::reap}};
  serf::event event;
  for (const auto& each : table) {
    ASSERT_EQ(decode_event(map(1) + entry("Event", text(each.word)), event), std::nullopt);
    EXPECT_EQ(event, serf::event(member_event{each.kind, {}}));
  }
  for (const char* word : {"", "member-", "Member-join", "users", "shout"}) {
    ASSERT_EQ(decode_event(map(2) + entry("Event", text(word)) + entry("New", map(0)), event),
              std::nullopt);
    EXPECT_EQ(event, serf::event(unknown_event{word}));
  }
}

TEST(decode, keeps_the_number_of_a_query_in_full) {
  serf::event event;
  const std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  ASSERT_EQ(decode_event(map(3) + entry("Event", text("query")) + entry("ID", number(largest)) +
                             entry("LTime", number(largest - 1)),
                         event),
            std::nullopt);
  ASSERT_TRUE(std::holds_alternative<query_event>(event));
  EXPECT_EQ(std::get<query_event>(event).id(), largest);
  EXPECT_EQ(std::get<query_event>(event).ltime, largest - 1);
}

TEST(decode, tells_query_records_of_an_unknown_type_apart) {
  query_record record;
  ASSERT_EQ(decode_query_record(map(3) + entry("Type", text("nack")) + entry("From", text("n1")) +
                                    entry("Payload", wire::bin8("p")),
                                record),
            std::nullopt);
  EXPECT_EQ(record, (query_record{query_record::kind::unknown, "n1", "p"}));
}

TEST(decode, leaves_stats_at_zero_that_are_no_numbers_and_keeps_them_as_they_came) {
  agent_stats stats;
  ASSERT_EQ(decode_stats(map(2) +
                             entry("serf", map(4) + entry("members", text("3x")) +
                                               entry("failed", text("")) +
                                               entry("health_score", text("-2")) +
                                               entry("encrypted", text("true"))) +
                             entry("new", map(1) + entry("key", text("value"))),
                         stats),
            std::nullopt);
  EXPECT_EQ(stats.members, 0);
  EXPECT_EQ(stats.failed, 0);
  EXPECT_EQ(stats.health_score, -2);
  EXPECT_TRUE(stats.encrypted);
  EXPECT_EQ(stats.sections["serf"]["members"], "3x");
  EXPECT_EQ(stats.sections["new"]["key"], "value");
}

TEST(decode, reads_each_status) {
  for (const auto status : {member_status::none, member_status::alive, member_status::leaving,
                            member_status::left, member_status::failed}) {
    EXPECT_EQ(
        decoded(entry("Name", text("n")) + entry("Status", text(to_string(status))), 2).status,
        status);
  }
  EXPECT_EQ(decoded(entry("Name", text("n")) + entry("Status", text("")), 2).status,
            member_status::none);
  EXPECT_EQ(decoded(entry("Name", text("n")) + entry("Status", text("Alive")), 2).status,
            member_status::unknown);
}

}  // namespace
}  // namespace serf::protocol::test
