// Queries that are refused, and those whose agent goes away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>

#include "integration/answering_cluster.hpp"
#include "integration/event_storm.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"
#include "support/real_cluster.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::wait_until;

class refused_query : public ::testing::Test {
 protected:
  // Why each of the three forms fails, which must be for the same reason.
  failure refusal_of(const query_request& what) {
    const auto of_stream = failure_of([&] { client_.query(what).get(); });
    const auto of_ask = failure_of([&] { client_.ask(what).get(); });
    EXPECT_EQ(of_ask.code, of_stream.code);
    EXPECT_EQ(of_ask.message, of_stream.message);

    std::promise<result<void>> started;
    std::promise<stream_end> ended;
    auto kept = client_.query(
        what, query_handlers()
                  .on_start([&](const result<void>& r) { started.set_value(r); })
                  .on_reply([](const query_reply& r) { ADD_FAILURE() << to_string(r); })
                  .on_end([&](const stream_end& end) { ended.set_value(end); }));
    EXPECT_EQ(failure_of([&] { kept.ready().get(); }).message, of_stream.message);
    const auto start = started.get_future().get();
    EXPECT_EQ(start ? "taken" : start.error().message, of_stream.message);
    const auto end = ended.get_future().get();
    EXPECT_EQ(end.state, stream_state::rejected) << to_string(end);
    EXPECT_FALSE(kept.active());
    return of_stream;
  }

  template <class F>
  static failure failure_of(F call) {
    try {
      call();
    } catch (const agent_error& error) {
      EXPECT_EQ(error.failure().command, "query");
      return error.failure();
    }
    ADD_FAILURE() << "taken";
    return {};
  }

  // The client and its streams are none the worse.
  void expect_all_goes_on() {
    EXPECT_EQ(client_.members().get().size(), 1U);
    client_.event(testing::numbered("after", ++fired_)).get();
    const auto next = events_.next_for(10s);
    ASSERT_TRUE(next) << to_string(events_.end());
    EXPECT_EQ(std::get<user_event>(*next).payload, std::to_string(fired_));
  }

  testing::real_agent agent_{testing::real_agent_options().tag("role", "web")};
  serf::client client_{client_options(agent_.rpc_address()).reconnect(false)};
  event_stream events_ = client_.stream("user:after").get();
  int fired_ = 0;
};

TEST_F(refused_query, that_is_too_large_is_the_agents_to_refuse) {
  const auto why = refusal_of(query_request("load", std::string(2000, 'x')));
  EXPECT_EQ(why.code, errc::query_too_large);
  EXPECT_THAT(why.agent_text, HasSubstr("query exceeds limit of"));
  EXPECT_THAT(why.message, HasSubstr(agent_.rpc_address()));
  expect_all_goes_on();
}

TEST_F(refused_query, with_a_reserved_name_is_the_agents_to_refuse) {
  const auto why = refusal_of(query_request("_serf_x"));
  EXPECT_EQ(why.code, errc::query_name_reserved);
  EXPECT_THAT(why.agent_text, HasSubstr("_serf_"));
  expect_all_goes_on();
}

TEST_F(refused_query, with_an_expression_that_does_not_compile_names_it) {
  for (const pattern& wanted : {regex("we(b"), as_agent("we(b")}) {
    const auto why = refusal_of(query_request("load").tag("role", wanted));
    EXPECT_EQ(why.code, errc::expression_refused);
    EXPECT_THAT(why.message, HasSubstr(to_string(wanted)));
    expect_all_goes_on();
  }
  // The next one is fine.
  const auto came =
      client_.ask(query_request("load").tag("role", regex("w[e]b")).request_ack().timeout(500ms))
          .get();
  EXPECT_EQ(came.acks.size(), 1U);
}

TEST_F(refused_query, that_no_agent_would_take_is_not_even_sent) {
  for (const auto& what :
       {query_request("load").relay_factor(256), query_request("load").relay_factor(-1),
        query_request("load").timeout(-1ns), query_request("")}) {
    EXPECT_THROW(client_.query(what), std::invalid_argument) << what;
    EXPECT_THROW(client_.ask(what), std::invalid_argument) << what;

    std::promise<result<query_result>> asked;
    client_.ask(what, [&](result<query_result> r) { asked.set_value(std::move(r)); });
    const auto told = asked.get_future().get();
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code, errc::invalid_argument);

    std::promise<stream_end> ended;
    auto kept = client_.query(
        what, query_handlers().on_end([&](const stream_end& end) { ended.set_value(end); }));
    EXPECT_THROW(kept.ready().get(), std::invalid_argument);
    EXPECT_EQ(ended.get_future().get().state, stream_state::rejected);
  }
  expect_all_goes_on();
}

class interrupted_query : public ::testing::Test {
 protected:
  // Two of three nodes answer: the query would go on for a minute.
  static query_request request() {
    return query_request("whoami").nodes({"n1", "n2", "n3"}).request_ack().timeout(60s);
  }

  std::size_t heard_of(const std::string& node) {
    return testing::occurrences(cluster_.agent(0).log(), "messageQueryResponseType: " + node);
  }

  testing::real_cluster cluster_{testing::answering_cluster(2)};
  serf::client client_{client_options(cluster_.agent(0).rpc_address()).reconnect(false)};
};

TEST_F(interrupted_query, stream_ends_as_lost_after_what_had_come) {
  query_stream stream;
  bool all_came = false;
  for (int tries = 0; tries < 5 && !all_came; ++tries) {  // gossip may miss a node
    stream = client_.query(request()).get();
    all_came = wait_until([&] { return stream.counters().received == 4; }, 3s);
  }
  ASSERT_TRUE(all_came) << stream.counters();
  cluster_.agent(0).kill();
  int acks = 0, responses = 0;
  while (const auto reply = stream.next()) {
    ++(std::holds_alternative<query_ack>(*reply) ? acks : responses);
  }
  EXPECT_EQ(acks, 2);
  EXPECT_EQ(responses, 2);
  EXPECT_EQ(stream.end().state, stream_state::lost);
  ASSERT_TRUE(stream.end().failure);
  EXPECT_EQ(stream.end().failure->code, errc::connection_lost);
}

TEST_F(interrupted_query, ask_gives_what_had_come_and_says_that_it_was_lost) {
  std::vector<std::future<query_result>> asked;
  bool all_came = false;
  for (int tries = 0; tries < 5 && !all_came; ++tries) {  // gossip may miss a node
    const auto first = heard_of("n1"), second = heard_of("n2");
    asked.push_back(client_.ask(request()));
    all_came = wait_until(
        [&] { return heard_of("n1") >= first + 2 && heard_of("n2") >= second + 2; }, 3s, 20ms);
  }
  ASSERT_TRUE(all_came) << cluster_.agent(0).log();
  // What the agent has heard of it passes on at once: it has come long before another query has
  // been asked and answered on the same connection.
  client_.ask(query_request("whoami").nodes({"n1", "n2"}).timeout(2s)).get();
  cluster_.agent(0).kill();
  const auto came = asked.back().get();
  EXPECT_EQ(came.ended, query_end::lost);
  EXPECT_EQ(came.acks.size(), 2U);
  EXPECT_EQ(came.responses.size(), 2U);
}

TEST_F(interrupted_query, handlers_hear_that_it_was_lost) {
  std::promise<stream_end> ended;
  subscription kept;
  bool all_came = false;
  for (int tries = 0; tries < 5 && !all_came; ++tries) {  // gossip may miss a node
    kept.cancel();
    ended = {};
    std::promise<void> acked;
    int acks = 0;
    kept =
        client_.query(request(), query_handlers()
                                     .on_ack([&](const query_ack&) {
                                       if (++acks == 2) acked.set_value();
                                     })
                                     .on_end([&](const stream_end& end) { ended.set_value(end); }));
    all_came = acked.get_future().wait_for(3s) == std::future_status::ready;
    if (!all_came) kept.cancel();  // before what its handlers refer to is gone
  }
  ASSERT_TRUE(all_came) << cluster_.agent(0).log();
  cluster_.agent(0).kill();
  EXPECT_EQ(ended.get_future().get().state, stream_state::lost);
}

TEST_F(interrupted_query, of_a_client_that_is_closed_ends_as_closed) {
  auto stream = client_.query(request()).get();
  auto asked = client_.ask(request());
  client_.close();
  while (stream.next()) {
  }
  EXPECT_EQ(stream.end().state, stream_state::closed);
  try {
    asked.get();
    FAIL() << "there is a result";
  } catch (const connection_error& error) {
    EXPECT_EQ(error.code(), errc::client_closed);
  }
}

}  // namespace
}  // namespace serf
