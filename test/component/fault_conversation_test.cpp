// Faults that take more than one answer: rows of docs/faults.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>
#include <serf/testing/fake_encoding.hpp>

#include "component/changes.hpp"
#include "component/fault_expectations.hpp"
#include "support/deadline.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using state = connection_state;

class conversation : public ::testing::Test {
 protected:
  client_options options() const { return faulted_client(agent_.address()); }

  void expect_events_on(event_stream& events) {
    agent_.push_user_event({"after"});
    EXPECT_EQ(name_of(events.next_for(patience)), "after");
  }

  fake_agent agent_{fake_agent_options().queries_by_hand()};
};

// What comes next is taken for the body: nobody could tell. So it costs the next answer, too.
TEST_F(conversation, error_header_without_its_body_costs_two_calls_and_the_connection) {
  changes heard;
  client client(options());
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  agent_.on("members").once().reply_header("not today");
  expect_no_spinning_during([&] {
    expect_failure(failure_of(client.members({}, 200ms)), errc::timed_out,
                   "no answer within 200 ms", agent_.address());
  });
  expect_failure(failure_of(client.stats()), errc::protocol_violation, "", agent_.address());
  EXPECT_EQ(client.members().get().size(), 1U);
  EXPECT_EQ(name_of(events.next_for(patience)), to_string(gap_reason::reconnected));
  expect_events_on(events);
  EXPECT_EQ(agent_.connections_accepted(), 2U);
}

TEST_F(conversation, records_after_stop_are_swallowed) {
  client client(options().stream_linger(0s));
  auto kept = client.stream("user:after").get();
  agent_.on("stop").send_late_records(512);
  for (std::size_t round = 1; round <= 5; ++round) {
    const auto before = agent_.requests("stop").size();
    client.stream("user").get().close();
    ASSERT_TRUE(agent_.wait_for_request("stop", patience, before + 2));
    EXPECT_EQ(client.members().get().size(), 1U);
    EXPECT_EQ(client.stats().get().node_name, "n1");
  }
  expect_events_on(kept);
  EXPECT_EQ(agent_.connections_accepted(), 1U);
}

TEST_F(conversation, done_twice_ends_the_query_once_and_then_the_connection) {
  changes heard;
  client client(options());
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  auto replies = client.query("load").get();
  const auto query = agent_.wait_for_request("query", patience);
  ASSERT_TRUE(query);
  agent_.push_response("n1", "0.7");
  agent_.push_done();
  agent_.push_record(query->connection, query->seq,
                     fake_map{{"From", ""}, {"Payload", nullptr}, {"Type", "done"}});
  EXPECT_TRUE(std::holds_alternative<query_response>(*replies.next_for(patience)));
  EXPECT_FALSE(replies.next_for(patience));
  EXPECT_EQ(replies.end().state, stream_state::done);
  ASSERT_TRUE(heard.wait_for(state::ready, patience, 2));
  EXPECT_THAT(heard.last(state::lost).reason, HasSubstr("twice"));
  EXPECT_EQ(client.members().get().size(), 1U);
  EXPECT_EQ(name_of(events.next_for(patience)), to_string(gap_reason::reconnected));
  expect_events_on(events);
}

TEST_F(conversation, full_socket_buffer_overloads_at_once_and_recovers_when_the_agent_reads) {
  constexpr std::size_t unsent = std::size_t{1} << 20U, payload = 8000;
  client client(options().max_unsent_bytes(unsent));
  auto events = client.stream("user").get();
  agent_.on("event").reply_header();  // however large it is
  agent_.freeze();
  const memory_growth growth;
  std::vector<std::future<void>> sent_events;
  std::optional<failure> overloaded;
  while (!overloaded) {
    auto event = client.event("deploy", std::string(payload, 'x'), patience);
    if (event.wait_for(0s) == std::future_status::ready) {
      overloaded = failure_of(std::move(event));
      ASSERT_TRUE(overloaded) << "a frozen agent answered";
    } else {
      sent_events.push_back(std::move(event));
    }
    ASSERT_LT(sent_events.size(), 20'000U) << "no limit";
  }
  expect_failure(overloaded, errc::overloaded, "max_unsent_bytes", agent_.address());
  EXPECT_EQ(overloaded->sent, sent::no);
  EXPECT_GE(sent_events.size(), unsent / payload) << "the kernel's buffer comes on top";
  EXPECT_LE(growth.mib(), 32 * memory_factor);
  expect_no_spinning_during([&] { EXPECT_FALSE(events.next_for(100ms)); });

  agent_.thaw();
  for (auto& each : sent_events) EXPECT_FALSE(failure_of(std::move(each)));
  EXPECT_EQ(agent_.requests("event").size(), sent_events.size());
  client.event("deploy", std::string(payload, 'x')).get();
  expect_events_on(events);
  EXPECT_EQ(agent_.connections_accepted(), 1U);
}

// --- Records of a stream ---

// The connection is fine, and so is what else comes on it; but that record would be lost unseen.
TEST_F(conversation, record_body_not_a_map_ends_its_stream_alone) {
  client client(options());
  auto broken = client.stream("user").get(), fine = client.stream("user:after").get();
  const auto stream = agent_.live().front();
  ASSERT_EQ(stream.argument, "user");
  agent_.push_record(stream.connection, stream.seq, "no record");
  EXPECT_FALSE(broken.next_for(patience));
  EXPECT_EQ(broken.end().state, stream_state::lost);
  expect_failure(broken.end().failure, errc::protocol_violation, "a record that cannot be read",
                 agent_.address());
  expect_events_on(fine);
  EXPECT_EQ(client.members().get().size(), 1U);
  EXPECT_EQ(agent_.connections_accepted(), 1U);
}

struct record_fault {
  const char* name;
  std::function<std::string(std::uint64_t)> bytes;  // on the stream of this Seq
  std::optional<cut> end;
  std::string text;  // of the loss
};

void PrintTo(const record_fault& row, std::ostream* out) { *out << row.name; }

std::string record_of(std::uint64_t stream) {
  return encode_message(stream, "",
                        fake_map{{"Event", "user"},
                                 {"LTime", 1},
                                 {"Name", "broken"},
                                 {"Payload", nullptr},
                                 {"Coalesce", false}});
}

// So many bytes of a record, counted from its end where they are less than 0.
std::function<std::string(std::uint64_t)> part(int bytes) {
  return [=](std::uint64_t stream) {
    const auto whole = record_of(stream);
    const auto from_begin = static_cast<std::size_t>(bytes + (bytes < 0 ? int(whole.size()) : 0));
    return whole.substr(0, from_begin);
  };
}

class record : public ::testing::TestWithParam<record_fault> {};

TEST_P(record, is_told_and_its_stream_goes_on_behind_a_gap) {
  const auto& row = GetParam();
  fake_agent agent;
  changes heard;
  client client(faulted_client(agent.address()));
  const auto watching = client.on_connection(heard.handler());
  auto events = client.stream("user").get();
  agent.push_user_event({"before"});
  EXPECT_EQ(name_of(events.next_for(patience)), "before");
  const auto stream = agent.live().front();
  const memory_growth growth;
  agent.send_raw_to(stream.connection, row.bytes(stream.seq));
  let_it_send(agent);
  if (row.end == cut::close) agent.close_connections();
  if (row.end == cut::reset) agent.reset_connections();
  ASSERT_TRUE(heard.wait_for(state::ready, patience, 2));
  EXPECT_THAT(heard.last(state::lost).reason, HasSubstr(row.text));
  EXPECT_THAT(heard.last(state::lost).reason, HasSubstr(agent.address()));
  EXPECT_EQ(client.members().get().size(), 1U);
  EXPECT_EQ(name_of(events.next_for(patience)), to_string(gap_reason::reconnected));
  agent.push_user_event({"after"});
  EXPECT_EQ(name_of(events.next_for(patience)), "after");
  expect_no_spinning_during([&] { EXPECT_FALSE(events.next_for(100ms)); });
  EXPECT_LE(growth.mib(), 16 * memory_factor);
}

const std::string closed = "closed the connection";
const std::string reset = "Connection reset by peer";

INSTANTIATE_TEST_SUITE_P(
    breaks_off, record,
    ::testing::Values(record_fault{"close_inside_the_header", part(7), cut::close, closed},
                      record_fault{"close_between_header_and_body", part(13), cut::close, closed},
                      record_fault{"close_inside_the_body", part(-1), cut::close, closed},
                      record_fault{"reset_inside_the_header", part(7), cut::reset, reset},
                      record_fault{"reset_between_header_and_body", part(13), cut::reset, reset},
                      record_fault{"reset_inside_the_body", part(-1), cut::reset, reset}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    breaks_the_protocol, record,
    ::testing::Values(record_fault{"of_a_seq_never_issued", [](auto) { return record_of(4711); },
                                   std::nullopt, "request 4711, which was never made"},
                      record_fault{"of_4_gib",
                                   [](auto stream) {
                                     return encode_header(stream) + "\xdb\xff\xff\xff\xff";
                                   },
                                   std::nullopt, "sent a body of more than"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace serf::testing
