#include <atomic>
#include <string>
#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/decode.hpp"
#include "unit/protocol/captured.hpp"
#include "unit/protocol/wire.hpp"

namespace serf::protocol::test {
namespace {

using ::testing::Optional;
using wire::map;
using wire::number;
using wire::text;

template <class T, class Decode>
flaw flaw_of(Decode decode, std::string_view body) {
  T into{};
  if constexpr (std::is_invocable_v<Decode, std::string_view, T&>) {
    return decode(body, into);  // a record
  } else {
    return decode(body, into, nullptr);
  }
}

flaw in_members(const std::string& body) {
  return flaw_of<std::vector<member>>(decode_members, body);
}
flaw in_member(const char* key, const std::string& value) {
  return in_members(map(1) + text("Members") + wire::array(1) + map(2) + text("Name") + text("n") +
                    text(key) + value);
}
flaw in_keys(const std::string& fields, std::size_t count) {
  return flaw_of<key_report>(decode_keys, map(count) + fields);
}
flaw in_stats(const std::string& body) { return flaw_of<agent_stats>(decode_stats, body); }
flaw in_coordinate(const std::string& fields) {
  return flaw_of<std::optional<coordinate>>(decode_coordinate,
                                            map(2) + text("Ok") + wire::flag(true) + fields);
}
flaw in_event(const std::string& fields) {
  return flaw_of<serf::event>(decode_event, map(2) + text("Event") + text("user") + fields);
}

const std::string real = wire::lead(0xcb, 0, 8);
const std::string extension = wire::lead(0xd4, 0, 2);

TEST(decode_flaw, names_the_key_and_what_it_holds) {
  const struct {
    flaw found;
    const char* text;
  } table[] = {
      {in_member("Port", map(0)), "members: Port is a map, not an integer"},
      {in_member("Port", text("1")), "members: Port is text, not an integer"},
      {in_member("Port", wire::flag(true)), "members: Port is a boolean, not an integer"},
      {in_member("Port", real), "members: Port is a fraction, not an integer"},
      {in_member("Port", extension), "members: Port is an extension, not an integer"},
      {in_member("Port", wire::array(0)), "members: Port is an array, not an integer"},
      {in_member("Port", number(70000)), "members: Port is 70000, which is out of range"},
      {in_member("Port", wire::int8(-1)), "members: Port is -1, which is out of range"},
      {in_member("ProtocolCur", number(1U << 31U)),
       "members: ProtocolCur is 2147483648, which is out of range"},
      {in_member("ProtocolCur", wire::int64(-2147483649)),
       "members: ProtocolCur is -2147483649, which is out of range"},
      {in_member("ProtocolCur", wire::uint64(~std::uint64_t{0})),
       "members: ProtocolCur is 18446744073709551615, which is out of range"},
      {in_member("Name", number(1)), "members: Name is a number, not text"},
      {in_member("Name", wire::array(0)), "members: Name is an array, not text"},
      {in_member("Status", wire::int8(-1)), "members: Status is a number, not text"},
      {in_member("Addr", map(0)), "members: Addr is a map, not bytes"},
      {in_member("Tags", text("a=b")), "members: Tags is text, not a map"},
      {in_member("Tags", wire::array(0)), "members: Tags is an array, not a map"},
      {in_member("Tags", map(1) + text("dc") + number(1)),
       "members: \"dc\" in Tags is a number, not text"},
      {in_member("Tags", map(1) + text("a\nb") + map(0)),
       "members: \"a\\nb\" in Tags is a map, not text"},
      {in_member("Tags", map(1) + number(1) + text("x")),
       "members: a key of Tags is a number, not text"},
      {in_member("Tags", map(1) + map(0) + text("x")), "members: a key of Tags is a map, not text"},
      {in_members(map(1) + text("Members") + map(0)), "members: Members is a map, not an array"},
      {in_members(map(1) + text("Members") + wire::array(1) + number(1)),
       "members: an element of Members is a number, not a map"},
      {flaw_of<int>(decode_join, map(1) + text("Num") + text("1")),
       "join: Num is text, not an integer"},
      {in_keys(text("NumNodes") + number(1) + text("Keys") + map(1) + text("k") + text("1"), 2),
       "key command: \"k\" in Keys is text, not an integer"},
      {in_keys(text("Messages") + wire::array(0), 1),
       "key command: Messages is an array, not a map"},
      {in_stats(map(1) + text("serf") + text("x")),
       "stats: \"serf\" in the body is text, not a map"},
      {in_stats(map(1) + text("serf") + map(1) + text("members") + number(3)),
       "stats: \"members\" in \"serf\" is a number, not text"},
      {in_coordinate(text("Coord") + wire::array(0)),
       "get-coordinate: Coord is an array, not a map"},
      {in_coordinate(text("Coord") + map(1) + text("Vec") + wire::array(1) + text("x")),
       "get-coordinate: an element of Vec is text, not a number"},
      {in_event(text("Coalesce") + number(1)), "event: Coalesce is a number, not a boolean"},
      {in_event(text("LTime") + wire::int8(-5)), "event: LTime is -5, which is out of range"},
      {in_event(text("Payload") + number(5)), "event: Payload is a number, not text"},
      {in_event(text("Event") + map(0)), "event: Event is a map, not text"},
      {flaw_of<std::string>(decode_log, map(1) + text("Log") + number(1)),
       "log: Log is a number, not text"},
      {flaw_of<query_record>(decode_query_record, map(1) + text("From") + map(0)),
       "query: From is a map, not text"},
  };
  for (const auto& each : table) EXPECT_THAT(each.found, Optional(std::string(each.text)));
}

TEST(decode_flaw, is_a_body_that_is_no_map) {
  EXPECT_EQ(in_members(wire::array(0)), "members: the body is an array, not a map");
  EXPECT_EQ(in_members(text("Members")), "members: the body is text, not a map");
  EXPECT_EQ(in_members(number(1)), "members: the body is a number, not a map");
  EXPECT_EQ(in_stats(real), "stats: the body is a fraction, not a map");
}

// A header where a body is due must not pass for a reply that says nothing.
TEST(decode_flaw, is_a_body_without_the_key_that_makes_it_one) {
  const std::string other = wire::header(1);
  EXPECT_EQ(in_members(other), "members: Members is missing");
  EXPECT_EQ(flaw_of<int>(decode_join, other), "join: Num is missing");
  EXPECT_EQ(flaw_of<key_report>(decode_keys, other), "key command: NumNodes is missing");
  EXPECT_EQ(flaw_of<std::optional<coordinate>>(decode_coordinate, other),
            "get-coordinate: Ok is missing");
  EXPECT_EQ(flaw_of<serf::event>(decode_event, other), "event: Event is missing");
  EXPECT_EQ(flaw_of<std::string>(decode_log, other), "log: Log is missing");
  EXPECT_EQ(flaw_of<query_record>(decode_query_record, other), "query: Type is missing");
  EXPECT_EQ(in_stats(other), "stats: \"Error\" in the body is text, not a map");
  EXPECT_EQ(in_members(wire::nil()), "members: Members is missing");
  EXPECT_EQ(in_members(map(1) + text("Members") + wire::array(1) + wire::nil()),
            "members: Name is missing");
}

TEST(decode_flaw, is_a_body_that_ends_too_early_or_too_late) {
  for (const captured& each : captured_members()) {
    const std::string bytes = load_capture(each.file);
    if (bytes.empty() || each.means[0].body.index() == 0) continue;
    const std::string body = bytes.substr(wire::header(each.means[0].seq).size());
    ASSERT_EQ(in_members(body), std::nullopt) << each.file;
    for (std::size_t size = 0; size < body.size(); ++size) {
      ASSERT_EQ(in_members(body.substr(0, size)), "members: not one whole msgpack value")
          << each.file << " cut at " << size;
    }
    EXPECT_EQ(in_members(body + '\0'), "members: not one whole msgpack value");
  }
}

TEST(decode_flaw, is_that_nobody_wants_the_rest_of_a_large_body_any_more) {
  const std::atomic<bool> given_up{true};
  const std::string member = map(1) + text("Name") + text("n");
  const std::string body = map(1) + text("Members") + wire::array(2) + member + member;
  std::vector<serf::member> members;
  EXPECT_EQ(decode_members(body, members, &given_up), "members: given up before the end");
  EXPECT_TRUE(members.empty());
  agent_stats stats;
  EXPECT_EQ(decode_stats(map(1) + text("agent") + map(0), stats, &given_up),
            "stats: given up before the end");
  const std::atomic<bool> not_given_up{false};
  EXPECT_EQ(decode_members(body, members, &not_given_up), std::nullopt);
}

TEST(decode_flaw, is_short_however_long_the_names_are) {
  const std::string name(100'000, 'n');
  const flaw found = in_stats(map(1) + text(name) + map(1) + text(name) + number(3));
  ASSERT_TRUE(found);
  EXPECT_LT(found->size(), 400U) << *found;
}

}  // namespace
}  // namespace serf::protocol::test
