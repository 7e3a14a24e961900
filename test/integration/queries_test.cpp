// Queries to a cluster of three, whose agents answer by themselves: their event handlers do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>

#include "integration/answering_cluster.hpp"
#include "support/deadline.hpp"
#include "support/real_cluster.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::real_agent;
using testing::real_cluster;
using ::testing::UnorderedElementsAre;
using clock = std::chrono::steady_clock;

std::vector<std::string> senders(const std::vector<query_ack>& acks) {
  std::vector<std::string> names;
  for (const auto& each : acks) names.push_back(each.from);
  return names;
}

std::vector<std::string> answers(const std::vector<query_response>& responses) {
  std::vector<std::string> lines;
  for (const auto& each : responses) lines.push_back(each.from + ": " + each.payload);
  return lines;
}

class queries : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster_ = new testing::real_cluster(testing::answering_cluster()
                                             .tags(0, {{"role", "web"}, {"dc", "e.st"}})
                                             .tags(1, {{"role", "web-db"}, {"dc", "east"}})
                                             .tags(2, {{"role", "db"}}));
  }
  static void TearDownTestSuite() {
    delete cluster_;
    cluster_ = nullptr;
  }

  query_result ask(const query_request& what, std::size_t records) {
    return testing::ask_until(client_, cluster_->agent(0), what, records);
  }

  // Which nodes acknowledge a query with this filter, and which answer it: the same ones.
  std::vector<std::string> reached(const std::string& tag, const pattern& wanted,
                                   std::size_t nodes) {
    const auto came =
        ask(query_request("whoami").tag(tag, wanted).request_ack().timeout(700ms), 2 * nodes);
    EXPECT_EQ(came.ended, query_end::done);
    auto acked = senders(came.acks);
    std::vector<std::string> answered;
    for (const auto& each : came.responses) answered.push_back(each.from);
    EXPECT_THAT(answered, ::testing::UnorderedElementsAreArray(acked));
    std::sort(acked.begin(), acked.end());
    return acked;
  }

  // What the agents have to say of it.
  void TearDown() override {
    for (std::size_t i = 0; HasFailure() && i < cluster_->size(); ++i) {
      const auto log = cluster_->agent(i).log();
      const auto from = log.size() - std::min<std::size_t>(log.size(), 3000);
      std::cout << cluster_->agent(i).name() << " says:\n" << log.substr(from) << '\n';
    }
  }

  static testing::real_cluster* cluster_;
  serf::client client_{cluster_->agent(0).rpc_address()};
};
testing::real_cluster* queries::cluster_ = nullptr;

TEST_F(queries, ask_gives_an_ack_and_a_response_of_every_node) {
  const auto began = clock::now();
  const auto came = ask(query_request("whoami", "payload").request_ack().timeout(1s), 6);
  EXPECT_GE(clock::now() - began, 1s) << "over, although somebody might have answered yet";
  EXPECT_EQ(came.ended, query_end::done);
  EXPECT_THAT(senders(came.acks), UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(answers(came.responses),
              UnorderedElementsAre("n1: n1 payload", "n2: n2 payload", "n3: n3 payload"));
}

TEST_F(queries, ask_gives_no_acks_unless_they_are_asked_for) {
  const auto came = ask(query_request("whoami").timeout(700ms), 3);
  EXPECT_THAT(came.acks, IsEmpty());
  EXPECT_EQ(came.responses.size(), 3U);
}

TEST_F(queries, ask_by_relays_gives_each_answer_once) {
  const auto came = ask(query_request("whoami").request_ack().relay_factor(2).timeout(1s), 6);
  EXPECT_EQ(came.ended, query_end::done);
  EXPECT_THAT(senders(came.acks), UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(answers(came.responses), UnorderedElementsAre("n1: n1 ", "n2: n2 ", "n3: n3 "));
}

TEST_F(queries, ask_reaches_the_nodes_that_are_named_and_ends_when_these_have_answered) {
  const auto came = ask(query_request("whoami").node("n1").node("n3").request_ack().timeout(5s), 4);
  EXPECT_EQ(came.ended, query_end::all_answered) << "nobody was left to wait for";
  EXPECT_THAT(senders(came.acks), UnorderedElementsAre("n1", "n3"));
  EXPECT_THAT(answers(came.responses), UnorderedElementsAre("n1: n1 ", "n3: n3 "));
}

TEST_F(queries, ask_waits_for_a_named_node_that_does_not_answer_until_the_query_is_done) {
  const auto silent = ask(query_request("silent").node("n2").request_ack().timeout(700ms), 1);
  EXPECT_EQ(silent.ended, query_end::done);
  EXPECT_THAT(senders(silent.acks), ElementsAre("n2"));
  EXPECT_THAT(silent.responses, IsEmpty());

  const auto unknown = client_.ask(query_request("whoami").node("nosuch").timeout(300ms)).get();
  EXPECT_EQ(unknown.ended, query_end::done);
  EXPECT_THAT(unknown.responses, IsEmpty());
}

TEST_F(queries, ask_with_a_time_of_its_own_gives_by_then_what_has_come) {
  const auto came = client_.ask(query_request("whoami").timeout(20s), 1500ms).get();
  EXPECT_EQ(came.ended, query_end::deadline);
  EXPECT_GE(came.responses.size(), 1U);
}

TEST_F(queries, tag_filters_match_a_tag_as_a_whole_unless_it_is_left_to_the_agent) {
  EXPECT_THAT(reached("role", exact("web"), 1), ElementsAre("n1"));
  EXPECT_THAT(reached("role", exact("we."), 0), IsEmpty());
  EXPECT_THAT(reached("dc", exact("e.st"), 1), ElementsAre("n1"));
  EXPECT_THAT(reached("dc", exact(""), 1), ElementsAre("n3")) << "a tag that is not there is empty";
  EXPECT_THAT(reached("role", prefix("web"), 2), ElementsAre("n1", "n2"));
  EXPECT_THAT(reached("role", prefix("b"), 0), IsEmpty());
  EXPECT_THAT(reached("role", regex("w"), 0), IsEmpty());
  EXPECT_THAT(reached("role", regex("w.."), 1), ElementsAre("n1"));
  EXPECT_THAT(reached("role", regex("web|db"), 2), ElementsAre("n1", "n3"));
  EXPECT_THAT(reached("role", as_agent("w"), 2), ElementsAre("n1", "n2"));
  EXPECT_THAT(reached("role", as_agent("^db$"), 1), ElementsAre("n3"));
  EXPECT_THAT(reached("dc", regex("e.st"), 2), ElementsAre("n1", "n2"));
}

TEST_F(queries, filters_of_several_tags_and_nodes_all_have_to_match) {
  const auto came = ask(query_request("whoami")
                            .tag("role", prefix("web"))
                            .tag("dc", exact("east"))
                            .request_ack()
                            .timeout(700ms),
                        2);
  EXPECT_THAT(senders(came.acks), ElementsAre("n2"));
  const auto of_two =
      ask(query_request("whoami").nodes({"n1", "n2"}).tag("role", exact("web")).timeout(1s), 1);
  EXPECT_THAT(answers(of_two.responses), ElementsAre("n1: n1 "));
  EXPECT_EQ(of_two.ended, query_end::done) << "n2 has not answered";
}

TEST_F(queries, stream_gives_acks_and_responses_and_then_its_end) {
  query_result came;
  for (int tries = 0; tries < 5 && came.acks.size() + came.responses.size() < 6; ++tries) {
    const auto began = clock::now();
    auto stream = client_.query(query_request("whoami").request_ack().timeout(1s)).get();
    came = {};
    for (const query_reply& each : stream) {
      if (const auto* const ack = std::get_if<query_ack>(&each)) {
        came.acks.push_back(*ack);
      } else {
        ASSERT_TRUE(std::holds_alternative<query_response>(each)) << to_string(each);
        came.responses.push_back(std::get<query_response>(each));
      }
    }
    EXPECT_GE(clock::now() - began, 1s);
    EXPECT_EQ(stream.end().state, stream_state::done);
    EXPECT_FALSE(stream.end().failure);
    EXPECT_EQ(stream.counters().delivered, came.acks.size() + came.responses.size());
  }
  EXPECT_THAT(senders(came.acks), UnorderedElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(answers(came.responses), UnorderedElementsAre("n1: n1 ", "n2: n2 ", "n3: n3 "));
}

TEST_F(queries, handlers_hear_of_the_start_acks_responses_and_the_end) {
  std::vector<std::string> heard;
  for (int tries = 0; tries < 5 && heard.size() < 8; ++tries) {
    heard.clear();
    std::promise<void> ended;
    const auto kept = client_.query(
        query_request("whoami").request_ack().timeout(700ms),
        query_handlers()
            .on_ack([&](const query_ack& ack) { heard.push_back("ack " + ack.from); })
            .on_response(
                [&](const query_response& r) { heard.push_back(r.from + ": " + r.payload); })
            .on_start([&](const result<void>& r) { heard.push_back(r ? "start" : "failed"); })
            .on_end([&](const stream_end& end) {
              heard.push_back(to_string(end.state));
              ended.set_value();
            }));
    ended.get_future().get();
    EXPECT_EQ(heard.front(), "start");
    EXPECT_EQ(heard.back(), "done");
  }
  EXPECT_THAT(heard, UnorderedElementsAre("start", "ack n1", "ack n2", "ack n3", "n1: n1 ",
                                          "n2: n2 ", "n3: n3 ", "done"));
}

TEST_F(queries, ping_of_the_agents_own_is_acknowledged_by_all) {
  const auto came = ask(query_request("_serf_ping").request_ack().timeout(700ms), 3);
  EXPECT_EQ(came.ended, query_end::done);
  EXPECT_THAT(senders(came.acks), UnorderedElementsAre("n1", "n2", "n3"));
}

TEST_F(queries, default_timeout_is_the_agents_own) {
  auto stream = client_.query(query_request("whoami").request_ack()).get();
  bool acked = false;
  while (const auto each = stream.next()) acked |= *each == query_reply(query_ack{"n1"});
  EXPECT_TRUE(acked);
  EXPECT_EQ(stream.end().state, stream_state::done) << to_string(stream.end());
}

// 1,000 queries of 60 ms, 50 at a time. False: the agent has crashed under them, as old ones may,
// or was so slow that the client gave a query up.
bool ask_a_thousand(serf::client& client, real_agent& agent) {
  constexpr int rounds = 20, at_once = 50;
  int records = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<query_stream> streams;
    std::vector<std::future<query_stream>> opening;
    for (int i = 0; i < at_once; ++i) {
      opening.push_back(client.query(query_request("silent").request_ack().timeout(60ms)));
    }
    for (auto& each : opening) streams.push_back(each.get());
    for (auto& stream : streams) {
      while (const auto reply = stream.next_for(20s)) {
        const auto* const ack = std::get_if<query_ack>(&*reply);
        EXPECT_TRUE(ack != nullptr && !ack->from.empty()) << to_string(*reply);
        ++records;
      }
      if (stream.end().state != stream_state::lost) {
        EXPECT_EQ(stream.end().state, stream_state::done) << to_string(stream.end());
        continue;
      }
      EXPECT_TRUE(stream.end().failure->code == errc::timed_out ||
                  agent.wait_for_log("panic: send on closed channel", 10s))
          << to_string(stream.end());
      return false;
    }
  }
  // The agent that is asked acknowledges every one; on a busy machine 60 ms may be over before.
  EXPECT_GT(records, 0);
  const auto unhurried = client.ask(query_request("silent").request_ack().timeout(2s)).get();
  EXPECT_THAT(senders(unhurried.acks), Contains("n1"));
  return true;
}

TEST(queries_by_the_thousand, all_end_as_done_and_give_no_record_of_nobody) {
  bool all_asked = false;
  for (int tries = 0; tries < 5 && !all_asked && !::testing::Test::HasFailure(); ++tries) {
    real_cluster cluster(3);
    serf::client client(client_options(cluster.agent(0).rpc_address()).reconnect(false));
    try {
      all_asked = ask_a_thousand(client, cluster.agent(0));
    } catch (const connection_error& lost) {  // of a query that was being opened
      EXPECT_TRUE(cluster.agent(0).wait_for_log("panic: send on closed channel", 10s))
          << lost.what();
    }
  }
  EXPECT_TRUE(all_asked) << "five agents in a row have crashed";
}

}  // namespace
}  // namespace serf
