// Every decoder, on the same bytes. What one of them accepts, msgpack-c takes for one whole value,
// and it finds the same in it.
//
// input: the body.
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fuzz/expect.hpp"
#include "fuzz/input.hpp"
#include "fuzz/unpacked.hpp"
#include "protocol/decode.hpp"
#include "protocol/foreign_peer.hpp"
#include "protocol/header.hpp"
#include "protocol/ip_address.hpp"
#include "protocol/log_text.hpp"
#include "protocol/value_scanner.hpp"
#include "vocabulary/printable.hpp"

namespace serf::fuzz {
namespace {

// The oracle is asked only about what a decoder has accepted: it would allocate what others merely
// announce.
template <class Decode, class Check>
void decode(std::string_view body, Decode decoder, Check check) {
  if (const protocol::flaw wrong = decoder()) {
    expect(!wrong->empty() && wrong->size() < 1000, "a flaw is a short text");
    expect(printable(*wrong).size() < 5 * wrong->size(), "a flaw can be printed");
    return;
  }
  expect(is_one_value(body), "what is decoded is one whole msgpack value");
  check(unpacked(body));
}

void check_members(const std::vector<member>& decoded, const unpacked::value& found) {
  const auto elements = unpacked::elements(found);
  expect(decoded.size() == elements.size(), "there are as many members");
  for (std::size_t i = 0; i < elements.size(); ++i) {
    expect(decoded[i].name == unpacked::text(unpacked::at(elements[i], "Name")), "Name");
    expect(decoded[i].port == unpacked::number(unpacked::at(elements[i], "Port")), "Port");
    expect(decoded[i].tags.size() <= unpacked::entries(unpacked::at(elements[i], "Tags")),
           "there are no more tags");
    expect(!to_string(decoded[i]).empty(), "a member prints");
  }
}

void decode_answers(std::string_view body) {
  std::vector<member> members;
  decode(
      body, [&] { return protocol::decode_members(body, members); },
      [&](const unpacked& all) { check_members(members, all.at("Members")); });

  int joined = 0;
  decode(
      body, [&] { return protocol::decode_join(body, joined); },
      [&](const unpacked& all) {
        expect(static_cast<std::uint64_t>(joined) == unpacked::number(all.at("Num")), "Num");
      });

  key_report keys;
  decode(
      body, [&] { return protocol::decode_keys(body, keys); },
      [&](const unpacked& all) {
        expect(static_cast<std::uint64_t>(keys.nodes) == unpacked::number(all.at("NumNodes")),
               "NumNodes");
        expect(keys.keys.size() <= unpacked::entries(all.at("Keys")), "there are no more keys");
        expect(!to_string(keys).empty(), "a key report prints");
      });

  agent_stats stats;
  decode(
      body, [&] { return protocol::decode_stats(body, stats); },
      [&](const unpacked& all) {
        expect(stats.sections.size() <= unpacked::entries(all.root()),
               "there are no more sections");
        expect(stats.node_name.size() <= body.size(), "a name is no longer than the body");
      });

  std::optional<coordinate> where;
  decode(
      body, [&] { return protocol::decode_coordinate(body, where); },
      [&](const unpacked& all) {
        expect(where.has_value() == unpacked::flag(all.at("Ok")), "Ok");
        if (!where) return;
        const auto vec = unpacked::elements(unpacked::at(all.at("Coord"), "Vec"));
        expect(where->vec.size() == vec.size(), "Vec");
      });
}

void check_event(const event& decoded, const unpacked& all) {
  const std::string kind = unpacked::text(all.at("Event"));
  expect(!to_string(decoded).empty(), "an event prints");
  if (const auto* user = std::get_if<user_event>(&decoded)) {
    expect(kind == "user", "Event of a user event");
    expect(user->name == unpacked::text(all.at("Name")), "Name of a user event");
    expect(user->payload == unpacked::text(all.at("Payload")), "Payload of a user event");
    expect(user->ltime == unpacked::number(all.at("LTime")), "LTime of a user event");
    expect(user->coalesce == unpacked::flag(all.at("Coalesce")), "Coalesce");
  } else if (const auto* query = std::get_if<query_event>(&decoded)) {
    expect(kind == "query", "Event of a query");
    expect(query->name == unpacked::text(all.at("Name")), "Name of a query");
    expect(query->id() == unpacked::number(all.at("ID")), "ID of a query");
  } else if (const auto* members = std::get_if<member_event>(&decoded)) {
    expect(kind == to_string(members->kind), "Event of members");
    check_members(members->members, all.at("Members"));
  } else {
    expect(std::get<unknown_event>(decoded).kind == kind, "Event of another kind");
  }
}

void decode_records(std::string_view body) {
  event event;
  decode(
      body, [&] { return protocol::decode_event(body, event); },
      [&](const unpacked& all) { check_event(event, all); });

  protocol::query_record reply;
  decode(
      body, [&] { return protocol::decode_query_record(body, reply); },
      [&](const unpacked& all) {
        expect(reply.from == unpacked::text(all.at("From")), "From");
        expect(reply.payload == unpacked::text(all.at("Payload")), "Payload of a reply");
        const bool done = reply.kind == protocol::query_record::kind::done;
        expect(done == (unpacked::text(all.at("Type")) == "done"), "Type");
      });

  std::string line;
  decode(
      body, [&] { return protocol::decode_log(body, line); },
      [&](const unpacked& all) { expect(line == unpacked::text(all.at("Log")), "Log"); });
}

void decode_text(std::string_view body) {
  body = body.substr(0, 256);  // text has no structure further on, and printing it is slow
  const log_line line = protocol::parse_log_line(std::string(body));
  expect(line.raw == body, "raw is the line");
  expect(line.component.size() + line.text.size() <= body.size(), "the parts are of the line");
  expect(!protocol::foreign_peer(body).empty(), "a foreign peer has a text");
  expect(body.empty() || !protocol::address_text(body).empty(), "an address has a text");
  expect(printable_line(printable(body)).find('\n') == std::string::npos, "a line is one line");
}

// The scanner and msgpack-c agree on where a value ends.
void scan(std::string_view body) {
  protocol::value_scanner scanner;
  const protocol::limits none{SIZE_MAX, SIZE_MAX, SIZE_MAX};
  const bool whole = scanner.scan(body, none) == protocol::value_scanner::outcome::complete;
  const auto length = length_of_value(body);
  expect(whole == length.has_value(), "the scanner finds an end where msgpack-c does");
  if (!whole) return;
  expect(scanner.size() == *length, "the scanner finds the same end as msgpack-c");
  const std::string_view value = body.substr(0, *length);
  const auto first = static_cast<unsigned char>(value[0]);
  const bool is_map = (first >= 0x80 && first <= 0x8f) || first == 0xde || first == 0xdf;
  protocol::header header;
  if (!is_map || protocol::read_header(value, header)) return;
  const unpacked all(value);
  expect(header.error == unpacked::text(all.at("Error")), "Error of a header");
  expect(header.seq == unpacked::number(all.at("Seq")), "Seq of a header");
}

}  // namespace
}  // namespace serf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = serf::fuzz::input(data, size).rest();
  serf::fuzz::scan(body);
  serf::fuzz::decode_answers(body);
  serf::fuzz::decode_records(body);
  serf::fuzz::decode_text(body);
  return 0;
}
