// Answers that break off, break the protocol or go beyond all limits: rows of docs/faults.md. Each
// is sent in place of the answer to a call, while a stream is open on the same connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <random>
#include <string>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>
#include <serf/testing/fake_encoding.hpp>

#include "component/changes.hpp"
#include "component/fault_expectations.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;
using state = connection_state;

constexpr std::size_t mib = std::size_t{1} << 20U;
constexpr std::size_t limit = 64 * mib;  // of one answer
constexpr bool lost = true, kept = false;

enum class then { nothing, close, reset };

struct answer_fault {
  const char* name;
  std::function<std::string(std::uint64_t)> bytes;  // to the request of this Seq
  then end;
  std::optional<errc> code;  // of the call; none: it is answered
  std::string text;          // why the call fails, and why the connection is lost
  bool connection_is_lost;
  std::size_t mib_of_growth = 16;  // what the fake has yet to send included
};

void PrintTo(const answer_fault& row, std::ostream* out) { *out << row.name; }

std::string body(std::size_t size_of_tag = 1) {
  const auto member = fake_member("n1", {{"tag", std::string(size_of_tag, 'x')}});
  return encode(fake_map{{"Members", to_list({member})}});
}

// Of exactly this size, and without encoding it as a whole, which takes sanitizers long.
std::string body_of(std::size_t size) {
  const std::string some(100'000, 'x');  // its length takes as many bytes as a larger one
  const auto small = body(some.size());
  const auto at = small.find(some);
  const auto length = static_cast<std::uint32_t>(size - small.size() + some.size());
  auto whole = small.substr(0, at - 4);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) whole += static_cast<char>(length >> shift);
  return whole + std::string(length, 'x') + small.substr(at + some.size());
}

std::string answer_to(std::uint64_t seq) { return encode_header(seq) + body(); }

std::string noise() {
  std::minstd_rand random(4711);
  std::string bytes(65536, '\0');
  for (char& each : bytes) each = static_cast<char>(random() >> 8U);
  bytes[0] = 'n';
  return bytes;
}

std::function<std::string(std::uint64_t)> instead(std::string bytes) {
  return [bytes = std::move(bytes)](std::uint64_t) { return bytes; };
}

std::function<std::string(std::uint64_t)> behind_the_header(std::string bytes) {
  return [bytes = std::move(bytes)](std::uint64_t seq) { return encode_header(seq) + bytes; };
}

std::function<std::string(std::uint64_t)> header_with(fake_value error, fake_value seq) {
  return instead(encode(fake_map{{"Error", std::move(error)}, {"Seq", std::move(seq)}}));
}

// {"Members": what is announced, and never comes.
std::string members_announced(const std::string& announcement) {
  return "\x81\xa7Members" + announcement;
}

class answer : public ::testing::TestWithParam<answer_fault> {
 protected:
  // The stream goes on, behind a gap where the connection was lost.
  void expect_stream_goes_on(event_stream& events) {
    if (GetParam().connection_is_lost) {
      EXPECT_EQ(name_of(events.next_for(patience)), to_string(gap_reason::reconnected));
    }
    agent_.push_user_event({"after"});
    EXPECT_EQ(name_of(events.next_for(patience)), "after");
    EXPECT_FALSE(events.end()) << to_string(events.end());
  }

  void send(const std::string& bytes, const fake_request& to) {
    const bool ends = GetParam().end != then::nothing;
    accepted_ = agent_.connections_accepted() + (ends ? 1 : 0);
    agent_.send_raw_to(to.connection, bytes);
    if (ends) let_it_send(agent_);
    if (GetParam().end == then::close) agent_.close_connections();
    if (GetParam().end == then::reset) agent_.reset_connections();
  }

  fake_agent agent_;
  std::size_t accepted_ = 0;  // up to the fault
};

TEST_P(answer, is_told_and_overcome) {
  const auto& row = GetParam();
  changes heard;
  client client(faulted_client(agent_.address()).max_reply_bytes(limit));
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  agent_.on("members").once().stay_silent();
  if (row.name == "one_byte_at_a_time"s) agent_.send_one_byte_at_a_time();

  const bool to_the_deadline = row.code == errc::timed_out;
  auto asked = client.members({}, to_the_deadline ? 200ms : 20s);
  const auto request = agent_.wait_for_request("members", patience);
  ASSERT_TRUE(request);
  const auto bytes = row.bytes(request->seq);
  const memory_growth growth;
  send(bytes, *request);
  const auto why = failure_of(std::move(asked));
  if (row.code) {
    expect_failure(why, *row.code, row.text, agent_.address());
    EXPECT_EQ(why->sent, sent::maybe);
  } else {
    EXPECT_FALSE(why) << why->message;
  }

  if (row.connection_is_lost) {
    ASSERT_TRUE(heard.wait_for(state::ready, patience, 2));
    EXPECT_THAT(heard.last(state::lost).reason, HasSubstr(row.text));
    EXPECT_THAT(heard.last(state::lost).reason, HasSubstr(agent_.address()));
  }
  EXPECT_EQ(client.members().get().at(0).name, "n1");
  expect_stream_goes_on(events);
  EXPECT_EQ(agent_.connections_accepted(), accepted_ + (row.connection_is_lost ? 1 : 0));
  expect_no_spinning_during([&] { EXPECT_FALSE(events.next_for(100ms)); });
  EXPECT_LE(growth.mib(), row.mib_of_growth * memory_factor);
}

const std::string closed = "closed the connection";
const std::string reset = "Connection reset by peer";

INSTANTIATE_TEST_SUITE_P(
    breaks_off, answer,
    ::testing::Values(answer_fault{"close_before_the_header", instead(""), then::close,
                                   errc::connection_lost, closed, lost},
                      answer_fault{"close_inside_the_header",
                                   [](auto seq) { return encode_header(seq).substr(0, 7); },
                                   then::close, errc::connection_lost, closed, lost},
                      answer_fault{"close_between_header_and_body", behind_the_header(""),
                                   then::close, errc::connection_lost, closed, lost},
                      answer_fault{"close_inside_the_body", behind_the_header(body().substr(0, 30)),
                                   then::close, errc::connection_lost, closed, lost},
                      answer_fault{
                          "close_after_the_body", answer_to, then::close, {}, closed, lost},
                      answer_fault{"reset_before_the_header", instead(""), then::reset,
                                   errc::connection_lost, reset, lost},
                      answer_fault{"reset_inside_the_header",
                                   [](auto seq) { return encode_header(seq).substr(0, 7); },
                                   then::reset, errc::connection_lost, reset, lost},
                      answer_fault{"reset_between_header_and_body", behind_the_header(""),
                                   then::reset, errc::connection_lost, reset, lost},
                      answer_fault{"reset_inside_the_body", behind_the_header(body().substr(0, 30)),
                                   then::reset, errc::connection_lost, reset, lost},
                      answer_fault{"reset_after_the_body", answer_to, then::reset, {}, reset, lost},
                      answer_fault{"silence", instead(""), then::nothing, errc::timed_out,
                                   "no answer within 200 ms", kept},
                      answer_fault{"one_byte_at_a_time", answer_to, then::nothing, {}, "", kept}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    breaks_the_protocol, answer,
    ::testing::Values(
        answer_fault{
            "http_banner", instead("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400"),
            then::nothing, errc::protocol_violation, "an HTTP server, not a Serf agent", lost},
        answer_fault{"noise_of_64_kb", instead(noise()), then::nothing, errc::protocol_violation,
                     "starts with 0x6e", lost},
        answer_fault{"byte_0xc1", instead("\xc1"), then::nothing, errc::protocol_violation,
                     "starts with 0xc1", lost},
        answer_fault{"byte_0xc1_inside_the_header",
                     instead("\x82\xa5"
                             "Error\xc1"),
                     then::nothing, errc::protocol_violation, "header with byte 0xc1", lost},
        answer_fault{"byte_0xc1_inside_the_body", behind_the_header("\x81\xc1"), then::nothing,
                     errc::protocol_violation, "body with byte 0xc1", lost},
        answer_fault{"header_with_an_error_that_is_no_text", header_with(1, 1), then::nothing,
                     errc::protocol_violation, "sent a header", lost},
        answer_fault{"header_with_a_seq_that_is_no_number", header_with("", "1"), then::nothing,
                     errc::protocol_violation, "sent a header", lost},
        answer_fault{"header_with_a_seq_below_0", header_with("", -1), then::nothing,
                     errc::protocol_violation, "sent a header", lost},
        answer_fault{"header_without_a_seq", instead(encode(fake_map{{"Error", ""}})),
                     then::nothing, errc::protocol_violation, "sent a header", lost},
        answer_fault{"header_that_is_no_map", instead(encode(fake_list{"", 1})), then::nothing,
                     errc::protocol_violation, "not a Serf agent", lost},
        answer_fault{"body_not_a_map", behind_the_header(encode("no members")), then::nothing,
                     errc::protocol_violation, "members", kept},
        answer_fault{"seq_never_issued", [](auto) { return answer_to(4711); }, then::nothing,
                     errc::protocol_violation, "request 4711, which was never made", lost},
        answer_fault{"answer_twice",
                     [](auto seq) { return answer_to(seq) + answer_to(seq); },
                     then::nothing,
                     {},
                     "twice",
                     lost},
        answer_fault{"two_authentication_required_for_one_request",
                     [](auto seq) {
                       const auto header = encode_header(seq, "Authentication required");
                       return header + header;
                     },
                     then::nothing, errc::auth_required, "SERF_RPC_AUTH", kept}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    goes_beyond_limits, answer,
    ::testing::Values(
        answer_fault{"body_of_64_mib",
                     [](auto seq) { return encode_header(seq) + body_of(limit); },
                     then::nothing,
                     {},
                     "",
                     kept,
                     320},
        answer_fault{"body_one_past_the_limit",
                     [](auto seq) { return encode_header(seq) + body_of(limit + 1); },
                     then::nothing, errc::limit_exceeded, "67108864 bytes", lost, 96},
        answer_fault{"array32_of_2_to_the_31",
                     behind_the_header(members_announced("\xdd\x80\0\0\0"s)), then::nothing,
                     errc::limit_exceeded, "elements", lost},
        answer_fault{"map32_of_2_to_the_31", behind_the_header("\xdf\x80\0\0\0"s), then::nothing,
                     errc::limit_exceeded, "elements", lost},
        answer_fault{"str32_of_4_gib", behind_the_header(members_announced("\xdb\xff\xff\xff\xff")),
                     then::nothing, errc::limit_exceeded, "bytes", lost},
        answer_fault{"bin32_of_4_gib", behind_the_header(members_announced("\xc6\xff\xff\xff\xff")),
                     then::nothing, errc::limit_exceeded, "bytes", lost},
        answer_fault{"header_with_an_error_of_4_gib",
                     instead("\x82\xa5"
                             "Error\xdb\xff\xff\xff\xff"),
                     then::nothing, errc::limit_exceeded, "header", lost},
        answer_fault{"header_of_2_to_the_31_fields", instead("\xdf\x80\0\0\0"s), then::nothing,
                     errc::limit_exceeded, "header", lost},
        answer_fault{"nested_arrays_20_million",
                     [](auto seq) { return encode_header(seq) + std::string(20'000'000, '\x91'); },
                     then::nothing, errc::limit_exceeded, "nested deeper than 32", lost, 32},
        answer_fault{"nested_maps_20_million_in_a_header",
                     [](auto) { return std::string(20'000'000, '\x81'); }, then::nothing,
                     errc::limit_exceeded, "nested deeper than", lost, 32}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace serf::testing
