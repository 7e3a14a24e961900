// Clients that answer queries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>

#include "integration/answering_cluster.hpp"
#include "support/deadline.hpp"
#include "support/real_agent.hpp"
#include "support/real_cluster.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using testing::wait_until;

std::vector<std::string> answers_in(const query_result& came) {
  std::vector<std::string> lines;
  for (const auto& each : came.responses) lines.push_back(each.from + ": " + each.payload);
  return lines;
}

failure failure_of(std::future<void> responded) {
  try {
    responded.get();
  } catch (const error& refused) {
    EXPECT_EQ(refused.failure().command, "respond");
    return refused.failure();
  }
  ADD_FAILURE() << "taken";
  return {};
}

// One agent: asked by one client, answered by another.
class answers : public ::testing::Test {
 protected:
  // Ends as soon as the agent has answered.
  query_request request(const std::string& name, const std::string& payload = "") const {
    return query_request(name, payload).node(agent_.name()).timeout(10s);
  }

  query_event next_query(event_stream& from) const {
    auto next = from.next_for(10s);
    if (!next) throw std::runtime_error("no query came");
    return std::get<query_event>(*next);
  }

  std::string line(const std::string& response) const { return agent_.name() + ": " + response; }

  testing::real_agent agent_;
  serf::client asking_{agent_.rpc_address()};
  serf::client answering_{agent_.rpc_address()};
};

TEST(cluster_of_answers, gives_one_response_for_each_that_lives) {
  testing::real_cluster cluster(3);
  serf::client first(cluster.agent(0).rpc_address()), second(cluster.agent(1).rpc_address());
  serf::client asking(cluster.agent(2).rpc_address());
  const auto ask = [&](std::size_t responses) {
    return answers_in(testing::ask_until(asking, cluster.agent(2),
                                         query_request("load", "now").timeout(700ms), responses));
  };
  const auto of = [](const std::string& who) {
    return [who](const query_event& query) { return who + " at " + query.payload; };
  };

  auto by_first = first.answer("load", of("first"));
  auto by_second = second.answer("load", of("second"));
  by_first.ready().get();
  by_second.ready().get();
  EXPECT_THAT(ask(2), UnorderedElementsAre("n1: first at now", "n2: second at now"));
  EXPECT_THAT(asking.ask(query_request("other").timeout(300ms)).get().responses, IsEmpty());

  by_second = subscription();
  EXPECT_THAT(ask(1), ElementsAre("n1: first at now"));
  by_second = second.answer("load", of("another"));
  by_second.ready().get();
  EXPECT_THAT(ask(2), UnorderedElementsAre("n1: first at now", "n2: another at now"));
  by_first.cancel();
  second.close();
  EXPECT_THAT(ask(0), IsEmpty());
}

TEST_F(answers, second_response_to_a_query_is_refused_here_and_by_the_agent) {
  serf::client other(agent_.rpc_address());
  auto here = answering_.stream("query:load").get(), there = other.stream("query:load").get();
  auto asked = asking_.ask(query_request("load").timeout(2s));
  const auto query = next_query(here), same = next_query(there), copy = query;
  query.respond("the first").get();

  const auto again = failure_of(query.respond("the second"));
  EXPECT_EQ(again.code, errc::already_responded);
  EXPECT_EQ(again.sent, sent::no);
  EXPECT_EQ(again.agent_text, "") << "decided here";
  EXPECT_EQ(failure_of(copy.respond("a copy's")).code, errc::already_responded);

  const auto by_agent = failure_of(same.respond("the other's"));
  EXPECT_EQ(by_agent.code, errc::already_responded);
  EXPECT_THAT(by_agent.agent_text, HasSubstr("response already sent"));
  EXPECT_THAT(by_agent.message, HasSubstr(agent_.rpc_address()));
  EXPECT_THAT(answers_in(asked.get()), ElementsAre(line("the first")));
}

TEST_F(answers, response_after_the_deadline_finds_no_query) {
  auto stream = answering_.stream("query:load").get();
  EXPECT_EQ(asking_.ask(query_request("load").timeout(200ms)).get().ended, query_end::done);
  const auto query = next_query(stream);
  // When this one is over, the one before it has been for a while.
  EXPECT_EQ(asking_.ask(query_request("other").timeout(200ms)).get().ended, query_end::done);
  const auto why = failure_of(query.respond("late"));
  EXPECT_EQ(why.code, errc::query_not_pending);
  EXPECT_THAT(why.agent_text, HasSubstr("No pending queries"));
  EXPECT_EQ(answering_.members().get().size(), 1U);
}

TEST_F(answers, response_that_is_too_large_can_be_followed_by_a_smaller_one) {
  auto stream = answering_.stream("query:load").get();
  auto asked = asking_.ask(request("load"));
  const auto query = next_query(stream);
  const auto why = failure_of(query.respond(std::string(2000, 'x')));
  EXPECT_EQ(why.code, errc::response_too_large);
  EXPECT_THAT(why.agent_text, HasSubstr("response exceeds limit"));
  const std::string bytes("\0\xff", 2);
  query.respond(bytes).get();
  EXPECT_THAT(answers_in(asked.get()), ElementsAre(line(bytes)));
  EXPECT_EQ(failure_of(query.respond("more")).code, errc::already_responded);
}

TEST_F(answers, query_of_a_connection_that_is_gone_has_expired) {
  auto stream = answering_.stream("query:load").get();
  asking_.ask(query_request("load").timeout(100ms)).get();
  const auto pending = asking_.query(query_request("load").timeout(60s)).get();
  const auto first = next_query(stream), second = next_query(stream);
  EXPECT_NE(first.id(), second.id());
  agent_.restart();
  EXPECT_TRUE(std::holds_alternative<gap>(*stream.next()));
  const auto why = failure_of(second.respond("too late"));
  EXPECT_EQ(why.code, errc::query_expired);
  EXPECT_EQ(why.sent, sent::no);
  EXPECT_EQ(failure_of(query_event().respond("to nobody")).code, errc::query_expired);
}

TEST_F(answers, query_of_a_client_that_is_closed_cannot_be_answered) {
  std::optional<serf::client> closing(agent_.rpc_address());
  auto stream = closing->stream("query:load").get();
  const auto pending = asking_.query(query_request("load").timeout(60s)).get();
  const auto query = next_query(stream);
  closing->close();
  EXPECT_EQ(failure_of(query.respond("too late")).code, errc::client_closed);
  closing.reset();
  EXPECT_THAT(failure_of(query.respond("too late")).code,
              AnyOf(errc::client_closed, errc::query_expired));
}

TEST_F(answers, empty_optional_sends_nothing) {
  std::atomic<int> asked{0};
  auto kept = answering_.answer("load", [&](const query_event& q) -> std::optional<std::string> {
    ++asked;
    if (q.payload == "empty") return "";
    return std::nullopt;
  });
  kept.ready().get();
  EXPECT_THAT(asking_.ask(query_request("load").timeout(500ms)).get().responses, IsEmpty());
  EXPECT_TRUE(wait_until([&] { return asked == 1; }, 20s));
  EXPECT_THAT(answers_in(asking_.ask(request("load", "empty")).get()), ElementsAre(line("")))
      << "an empty response is one";
}

TEST_F(answers, deferred_responder_answers_later_from_another_thread) {
  std::promise<query_event> received;
  auto kept =
      answering_.answer("load", [&](const query_event& query) { received.set_value(query); });
  kept.ready().get();
  std::thread other([&] {
    const auto query = received.get_future().get();
    // The handler has returned: the delivery thread serves others.
    EXPECT_EQ(std::async([&] { return answering_.members().get().size(); }).get(), 1U);
    query.respond("later, to " + query.payload).get();
  });
  EXPECT_THAT(answers_in(asking_.ask(request("load", "you")).get()),
              ElementsAre(line("later, to you")));
  other.join();
}

TEST_F(answers, responder_that_throws_is_reported_and_sends_nothing) {
  std::promise<handler_failure> reported;
  serf::client throwing(
      client_options(agent_.rpc_address()).on_handler_failure([&](const handler_failure& what) {
        reported.set_value(what);
      }));
  auto kept = throwing.answer("load", [](const query_event& query) -> std::string {
    if (query.payload == "bad") throw std::runtime_error("out of " + query.payload + " luck");
    return "fine";
  });
  kept.ready().get();
  EXPECT_THAT(asking_.ask(query_request("load", "bad").timeout(500ms)).get().responses, IsEmpty());
  const auto what = reported.get_future().get();
  EXPECT_EQ(what.what, "out of bad luck");
  EXPECT_THAT(what.handler, HasSubstr("load"));
  EXPECT_TRUE(what.exception);
  EXPECT_THAT(answers_in(asking_.ask(request("load", "good")).get()), ElementsAre(line("fine")));
}

TEST_F(answers, on_failure_hears_of_what_the_agent_did_not_take) {
  std::mutex mutex;
  std::vector<answer_failure> failures;
  const auto told = [&](const answer_failure& what) {
    const std::lock_guard lock(mutex);
    failures.push_back(what);
  };
  const auto told_of = [&](std::size_t count) {
    return wait_until(
        [&] {
          const std::lock_guard lock(mutex);
          return failures.size() >= count;
        },
        10s);
  };
  auto kept = answering_.answer(
      "load",
      [](const query_event& query) { return std::string(query.payload == "much" ? 2000 : 1, 'x'); },
      answer_options().on_failure(told));
  kept.ready().get();
  EXPECT_THAT(asking_.ask(query_request("load", "much").timeout(500ms)).get().responses, IsEmpty());
  ASSERT_TRUE(told_of(1));
  EXPECT_EQ(failures[0].query.payload, "much");
  EXPECT_EQ(failures[0].why.code, errc::response_too_large);

  // Of two answers on one agent it takes the first.
  serf::client rival(agent_.rpc_address());
  auto second = rival.answer(
      "load", [](const query_event&) { return "y"; }, answer_options().on_failure(told));
  second.ready().get();
  EXPECT_EQ(asking_.ask(request("load", "little")).get().responses.size(), 1U);
  ASSERT_TRUE(told_of(2));
  EXPECT_EQ(failures[1].query.payload, "little");
  EXPECT_EQ(failures[1].why.code, errc::already_responded);
}

}  // namespace
}  // namespace serf
