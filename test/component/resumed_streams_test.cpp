// Streams, logs, queries and answers across the loss of a connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "component/changes.hpp"
#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;
using testing::fake_agent_options;
using ::testing::HasSubstr;

class resumed_stream : public ::testing::Test {
 protected:
  client_options options() const {
    return client_options(agent_.address())
        .reconnect(reconnect_options().initial_delay(5ms).max_delay(20ms));
  }

  // The connections are lost; returns when so many streams are there again.
  void lose(std::size_t streams) {
    agent_.close_connections();
    ASSERT_TRUE(agent_.wait_for_live(streams, 20s));
  }

  // The connections are lost, and there will be none until the agent accepts them again.
  void cut_off(const client& client) {
    agent_.refuse_connections();
    agent_.close_connections();
    ASSERT_TRUE(
        testing::wait_until([&] { return client.state() != connection_state::ready; }, 20s));
  }

  fake_agent agent_{fake_agent_options().queries_by_hand()};
};

std::string name_of(const std::optional<event>& what) {
  if (!what) return "nothing";
  if (const auto* user = std::get_if<user_event>(&*what)) return user->name;
  if (const auto* missing = std::get_if<gap>(&*what)) return to_string(missing->reason);
  return "something else";
}

const std::string reconnected = to_string(gap_reason::reconnected);

TEST_F(resumed_stream, begins_with_its_gap_and_loses_nothing_behind_it) {
  client client(options());
  auto events = client.stream("user").get();
  agent_.push_user_event({"before"});
  EXPECT_EQ(name_of(events.next_for(20s)), "before");
  for (int i = 0; i < 20; ++i) {
    lose(1);
    const auto missing = events.next_for(20s);
    ASSERT_EQ(name_of(missing), reconnected);
    EXPECT_EQ(std::get<gap>(*missing).count, 0U) << "nobody knows how many";
    agent_.push_user_event({"after"});
    ASSERT_EQ(name_of(events.next_for(20s)), "after");
  }
  EXPECT_EQ(events.end().state, stream_state::open);
  EXPECT_EQ(events.counters().dropped, 0U);
}

TEST_F(resumed_stream, marks_several_losses_that_nobody_saw_by_one_gap) {
  client client(options());
  auto events = client.stream("user").get();
  for (int i = 0; i < 3; ++i) {
    agent_.close_connections();
    ASSERT_TRUE(agent_.wait_for_connections(static_cast<std::size_t>(i) + 2, 20s));
    client.stats().get();  // behind the resubscription
  }
  agent_.push_user_event({"after"});
  EXPECT_EQ(name_of(events.next_for(20s)), reconnected);
  EXPECT_EQ(name_of(events.next_for(20s)), "after");
}

TEST_F(resumed_stream, is_asked_for_once_for_all_who_share_it) {
  client client(options());
  auto one = client.stream("user").get(), two = client.stream("user").get();
  auto other = client.stream("query").get();
  agent_.close_connections();
  ASSERT_TRUE(agent_.wait_for_live(2, 20s));
  EXPECT_EQ(agent_.requests("stream").size(), 4U);
  agent_.push_user_event({"after"});
  for (auto* const each : {&one, &two}) {
    EXPECT_EQ(name_of(each->next_for(20s)), reconnected);
    EXPECT_EQ(name_of(each->next_for(20s)), "after");
  }
  EXPECT_EQ(name_of(other.next_for(20s)), reconnected);
}

TEST_F(resumed_stream, tells_handlers_of_the_gap) {
  std::promise<gap> missing;
  std::promise<std::string> after;
  client client(options());
  auto kept = client.subscribe(
      "user", event_handlers()
                  .on_gap([&](const gap& what) { missing.set_value(what); })
                  .on_user([&](const user_event& what) { after.set_value(what.name); }));
  kept.ready().get();
  lose(1);
  EXPECT_EQ(missing.get_future().get().reason, gap_reason::reconnected);
  agent_.push_user_event({"after"});
  EXPECT_EQ(after.get_future().get(), "after");
}

TEST_F(resumed_stream, that_was_closed_meanwhile_is_not_asked_for_again) {
  client client(options());
  std::optional<event_stream> closed = client.stream("user").get();
  auto kept = client.stream("member-join").get();
  cut_off(client);
  closed.reset();
  agent_.accept_connections();
  client.stats().get();
  ASSERT_TRUE(agent_.wait_for_live(1, 20s));
  EXPECT_EQ(agent_.live().front().argument, "member-join");
}

TEST_F(resumed_stream, that_the_new_agent_refuses_ends_alone) {
  client client(options());
  auto refused = client.stream("user").get();
  auto fine = client.stream("member-join").get();
  agent_.on("stream").once().reply_error("Invalid event filter");
  lose(1);
  EXPECT_EQ(refused.next_for(20s), std::nullopt);
  EXPECT_EQ(refused.end().state, stream_state::rejected);
  EXPECT_THAT(refused.end().failure->message, HasSubstr("Invalid event filter"));
  EXPECT_EQ(name_of(fine.next_for(20s)), reconnected);
}

TEST_F(resumed_stream, that_was_never_acknowledged_fails_and_is_not_asked_for_again) {
  client client(options());
  agent_.on("stream").once().hold();
  auto events = client.stream("user");
  ASSERT_TRUE(agent_.wait_for_request("stream", 20s));
  agent_.close_connections();
  EXPECT_THROW(events.get(), connection_error);
  client.stats().get();
  EXPECT_EQ(agent_.requests("stream").size(), 1U);
}

TEST_F(resumed_stream, that_is_asked_for_without_a_connection_comes_with_the_next_without_a_gap) {
  client client(options());
  client.ready().get();
  cut_off(client);
  auto opening = client.stream("user");
  agent_.accept_connections();
  auto events = opening.get();
  agent_.push_user_event({"first"});
  EXPECT_EQ(name_of(events.next_for(20s)), "first");
}

TEST_F(resumed_stream, ends_as_lost_where_the_client_does_not_reconnect) {
  client client(options().reconnect(false));
  auto events = client.stream("user").get();
  agent_.close_connections();
  EXPECT_EQ(events.next_for(20s), std::nullopt);
  EXPECT_EQ(events.end().state, stream_state::lost);
}

TEST_F(resumed_stream, goes_on_with_the_log_behind_a_gap) {
  client client(options());
  auto log = client.monitor(log_level::info).get();
  for (int i = 0; i < 5; ++i) {
    lose(1);
    bool seen = false;
    while (!seen) {
      const auto entry = log.next_for(20s);
      ASSERT_TRUE(entry);
      seen = std::holds_alternative<gap>(*entry);
    }
    const std::string text = "2026/11/25 01:23:42 [INFO] agent: round " + std::to_string(i);
    agent_.push_log(text);
    for (std::string raw; raw != text;) {
      const auto entry = log.next_for(20s);
      ASSERT_TRUE(entry);
      if (const auto* line = std::get_if<log_line>(&*entry)) raw = line->raw;
    }
  }
}

TEST_F(resumed_stream, of_a_log_that_was_closed_meanwhile_leaves_no_connection_behind) {
  client client(options());
  std::optional<log_stream> log = client.monitor(log_level::info).get();
  ASSERT_TRUE(agent_.wait_for_open_connections(2, 20s));
  cut_off(client);
  log.reset();
  agent_.accept_connections();
  client.stats().get();
  ASSERT_TRUE(agent_.wait_for_open_connections(1, 20s));
  EXPECT_EQ(agent_.requests("monitor").size(), 1U);
}

TEST_F(resumed_stream, of_a_query_is_none_it_ends_as_lost_with_what_had_come) {
  client client(options());
  auto replies = client.query(query_request("load")).get();
  agent_.push_response("n1", "0.7");
  agent_.close_connections();
  EXPECT_TRUE(std::holds_alternative<query_response>(*replies.next_for(20s)));
  EXPECT_EQ(replies.next_for(20s), std::nullopt);
  EXPECT_EQ(replies.end().state, stream_state::lost);
  client.stats().get();
  EXPECT_EQ(agent_.requests("query").size(), 1U);
}

TEST_F(resumed_stream, gives_what_had_come_of_an_ask) {
  client client(options());
  auto asked = client.ask("load");
  ASSERT_TRUE(agent_.wait_for_live(1, 20s));
  agent_.push_response("n1", "0.7");
  client.stats().get();
  agent_.close_connections();
  const auto result = asked.get();
  EXPECT_EQ(result.ended, query_end::lost);
  EXPECT_EQ(result.responses.size(), 1U);
}

TEST_F(resumed_stream, refuses_to_answer_a_query_of_an_earlier_connection) {
  client client(options());
  auto queries = client.stream("query").get();
  agent_.push_query("load");
  const auto old = std::get<query_event>(*queries.next_for(20s));
  lose(1);
  EXPECT_EQ(name_of(queries.next_for(20s)), reconnected);
  agent_.push_query("load");
  const auto current = std::get<query_event>(*queries.next_for(20s));
  try {
    old.respond("0.7").get();
    FAIL() << "answered";
  } catch (const error& refused) {
    EXPECT_EQ(refused.failure().code, errc::query_expired);
    EXPECT_EQ(refused.failure().sent, sent::no);
  }
  EXPECT_TRUE(agent_.requests("respond").empty());
  current.respond("0.8").get();
}

TEST_F(resumed_stream, refuses_to_answer_a_query_of_a_connection_that_was_the_last) {
  agent_.restart_with_key("old");
  client client(options().auth_key("old"));
  auto queries = client.stream("query").get();
  agent_.push_query("load");
  const auto query = std::get<query_event>(*queries.next_for(20s));
  agent_.restart_with_key("new");
  ASSERT_TRUE(testing::wait_until([&] { return client.state() == connection_state::closed; }, 20s));
  try {
    query.respond("0.7").get();
    FAIL() << "answered";
  } catch (const error& refused) {
    EXPECT_EQ(refused.failure().code, errc::query_expired);
  }
}

TEST_F(resumed_stream, of_a_responder_answers_again) {
  client client(options());
  auto kept = client.answer("load", [](const query_event&) { return "0.7"; });
  kept.ready().get();
  for (std::size_t i = 1; i <= 5; ++i) {
    agent_.push_query("load");
    ASSERT_TRUE(agent_.wait_for_request("respond", 20s, i));
    lose(1);
    client.stats().get();  // behind the confirmation
  }
}

}  // namespace
}  // namespace serf
