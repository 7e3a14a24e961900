// Queries against agents that do not close them, or that die.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>

#include <chrono>
#include <future>
#include <string>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::fake_agent;
using testing::fake_agent_options;
using ::testing::HasSubstr;

class query : public ::testing::Test {
 protected:
  query() { asking_.ready().get(); }

  fake_agent agent_{fake_agent_options().queries_by_hand()};
  client asking_{client_options(agent_.address()).reconnect(false)};
};

TEST_F(query, gives_what_comes_as_it_comes_and_noise_of_nobody_not_at_all) {
  auto stream = asking_.query(query_request("load").timeout(60s)).get();
  agent_.push_ack("n1");
  agent_.push_ack("");
  agent_.push_response("", "noise");
  agent_.push_response("n2", std::string("0\0.7", 4));
  agent_.push_done();
  std::vector<query_reply> all;
  for (auto& each : stream) all.push_back(each);
  EXPECT_THAT(all, ElementsAre(query_reply(query_ack{"n1"}),
                               query_reply(query_response{"n2", std::string("0\0.7", 4)})));
  EXPECT_EQ(stream.end().state, stream_state::done);
  EXPECT_FALSE(stream.end().failure);
}

TEST_F(query, that_loses_its_connection_ends_as_lost_and_not_as_done) {
  auto stream = asking_.query("load").get();
  auto asked = asking_.ask("load");
  ASSERT_TRUE(agent_.wait_for_live(2, 20s));
  agent_.push_response("n1", "0.7");
  agent_.close_connections();
  EXPECT_TRUE(stream.next());
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.end().state, stream_state::lost);
  ASSERT_TRUE(stream.end().failure);
  EXPECT_EQ(stream.end().failure->code, errc::connection_lost);
  const auto result = asked.get();
  EXPECT_EQ(result.ended, query_end::lost);
  EXPECT_THAT(result.responses, ElementsAre(query_response{"n1", "0.7"}));
}

TEST_F(query, whose_done_never_comes_ends_by_this_clients_deadline) {
  auto stream = asking_.query(query_request("load").timeout(100ms)).get();
  auto asked = asking_.ask(query_request("load").timeout(100ms));
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.end().state, stream_state::lost);
  ASSERT_TRUE(stream.end().failure);
  EXPECT_EQ(stream.end().failure->code, errc::timed_out);
  EXPECT_THAT(stream.end().failure->message, HasSubstr("\"load\""));
  EXPECT_EQ(asked.get().ended, query_end::deadline);
  agent_.push_response("n1", "late");
  agent_.push_done();
  EXPECT_EQ(asking_.members().get().size(), 1U) << "what comes late is read, and forgotten";
}

TEST_F(query, asked_with_a_time_of_the_call_gives_what_has_come_by_then) {
  auto asked = asking_.ask("load", 2s);
  ASSERT_TRUE(agent_.wait_for_live(1, 20s));
  agent_.push_response("n1", "0.7");
  const auto result = asked.get();
  EXPECT_EQ(result.ended, query_end::deadline);
  EXPECT_THAT(result.responses, ElementsAre(query_response{"n1", "0.7"}));
}

TEST_F(query, asked_of_named_nodes_ends_when_all_of_them_have_answered) {
  auto asked = asking_.ask(query_request("load").nodes({"n1", "n2", "n1"}).request_ack());
  ASSERT_TRUE(agent_.wait_for_live(1, 20s));
  for (const char* node : {"n1", "n2"}) agent_.push_response(node);
  for (const char* node : {"n2", "n1"}) agent_.push_ack(node);
  const auto result = asked.get();
  EXPECT_EQ(result.ended, query_end::all_answered);
  EXPECT_EQ(result.acks.size(), 2U);
  agent_.push_done();
  EXPECT_EQ(asking_.members().get().size(), 1U);
}

TEST_F(query, asked_and_never_acknowledged_is_a_timeout) {
  agent_.on("query").stay_silent();
  EXPECT_THROW(asking_.ask("load", 100ms).get(), timeout_error);
  EXPECT_THROW(asking_.query("load", 100ms).get(), timeout_error);
}

TEST_F(query, closed_by_its_reader_is_read_to_its_end_unseen) {
  auto stream = asking_.query("load").get();
  stream.close();
  agent_.push_response("n1");
  agent_.push_done();
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.end().state, stream_state::closed);
  EXPECT_EQ(asking_.members().get().size(), 1U);
  EXPECT_EQ(agent_.requests("stop").size(), 0U) << "a query cannot be stopped";
}

TEST_F(query, destroyed_by_its_reader_keeps_nothing_until_its_end) {
  int handle = -1;
  {
    auto stream = asking_.query("load").get();
    handle = stream.native_handle();
    EXPECT_EQ(::fcntl(handle, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(asking_.metrics().streams.live, 1U);
  }
  EXPECT_EQ(::fcntl(handle, F_GETFD), -1);
  EXPECT_EQ(asking_.metrics().streams.live, 0U);
  agent_.push_response("n1");
  agent_.push_done();
  EXPECT_EQ(asking_.members().get().size(), 1U);
}

TEST_F(query, still_open_when_the_client_is_closed_fails_as_client_closed) {
  auto asked = asking_.ask("load");
  auto stream = asking_.query("load").get();
  asking_.close();
  EXPECT_EQ(stream.end().state, stream_state::closed);
  try {
    asked.get();
    FAIL() << "there is nobody left to give a result";
  } catch (const connection_error& e) {
    EXPECT_EQ(e.failure().code, errc::client_closed);
  }
}

TEST_F(query, with_an_unreadable_record_ends_alone) {
  auto events = asking_.stream("user").get();
  auto stream = asking_.query("load").get();
  const auto live = agent_.live();
  for (const auto& each : live) {
    if (each.command != "query") continue;
    ASSERT_TRUE(agent_.push_record(each.connection, each.seq, testing::fake_value("no map")));
  }
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.end().failure->code, errc::protocol_violation);
  EXPECT_EQ(agent_.push_user_event({"e"}), 1U);
  EXPECT_TRUE(events.next_for(20s));
}

TEST_F(query, with_arguments_that_no_agent_takes_is_refused_here) {
  EXPECT_THROW(asking_.query(""), std::invalid_argument);
  EXPECT_THROW(asking_.ask(query_request("load").relay_factor(256)), std::invalid_argument);
  EXPECT_THROW(asking_.ask(query_request("load").relay_factor(-1)), std::invalid_argument);
  EXPECT_THROW(asking_.ask(query_request("load").timeout(-1s)), std::invalid_argument);
  EXPECT_THROW(asking_.ask(query_request("load").tag("a", regex("\xff"))), std::invalid_argument);
  std::promise<errc> told;
  asking_.ask("", [&](const result<query_result>& r) { told.set_value(r.error().code); });
  EXPECT_EQ(told.get_future().get(), errc::invalid_argument);
  EXPECT_EQ(agent_.requests("query").size(), 0U);
}

}  // namespace
}  // namespace serf
