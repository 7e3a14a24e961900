// Clients whose payloads are values, and payloads that are none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <serf/coded_client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::fake_agent;
using testing::fake_agent_options;
using ::testing::HasSubstr;

// Numbers as digits. Those below 0 it does not encode, and of 666 it throws.
struct digits {
  using value_type = int;
  result<std::string> encode(const int& value) const {
    if (value == 666) throw std::runtime_error("the beast");
    if (value < 0) return failure(errc::invalid_argument, "below zero");
    return std::to_string(value);
  }
  result<int> decode(std::string_view payload) const {
    if (payload == "throw") throw 7;
    return std::stoi(std::string(payload));
  }
};

std::string told(const decoded<int>& value) {
  if (value.error() != nullptr) return to_string(value.error()->code);
  return value ? std::to_string(*value) : "nothing";
}

class coded_client_test : public ::testing::Test {
 protected:
  coded_client_test() { client_.ready().get(); }

  // "42" bears a value, "" none, and neither "x" nor "throw" can be decoded.
  void push_events() {
    for (const char* payload : {"1", "x", "2", "throw", "3", "", "4"}) {
      agent_.push_user_event({"e", payload});
    }
  }
  const std::vector<std::string> events_ = {"1=1", "x=" + bad_, "2=2", "throw=" + bad_,
                                            "3=3", "=nothing",  "4=4"};

  std::string sent_payload(const std::string& command, std::size_t nth = 1) const {
    const auto request = agent_.wait_for_request(command, 20s, nth);
    return request ? request->body["Payload"].bytes() : "no such request";
  }
  void expect_refused(const std::function<void()>& call) {
    try {
      call();
      ADD_FAILURE() << "not refused";
    } catch (const std::invalid_argument& refused) {
      EXPECT_STREQ(refused.what(), "the value cannot be encoded: below zero");
    }
  }

  inline static const std::string bad_ = to_string(errc::payload_malformed);
  fake_agent agent_{fake_agent_options().queries_by_hand()};
  client client_{client_options(agent_.address()).reconnect(false)};
  coded_client<digits> coded_ = with_codec(client_, digits());
};

using event_by_value = coded_client_test;
using stream_of_values = coded_client_test;
using query_by_value = coded_client_test;
using coded_user = coded_user_event<int>;

TEST_F(event_by_value, sends_what_the_codec_makes_of_the_value) {
  coded_.event("e", 42).get();
  EXPECT_EQ(sent_payload("event"), "42");
  std::promise<bool> sent;
  coded_.event(user_event_request("e").coalesce(false), 43,
               [&](const result<void>& r) { sent.set_value(r.has_value()); });
  EXPECT_TRUE(sent.get_future().get());
  EXPECT_EQ(sent_payload("event", 2), "43");
  EXPECT_FALSE(agent_.requests("event")[1].body["Coalesce"].flag());
  coded_.event("e").get();
  EXPECT_EQ(sent_payload("event", 3), "") << "no value";
  coded_.event({"e", "as it is"}, 20s).get();
  EXPECT_EQ(sent_payload("event", 4), "as it is");
}

TEST_F(event_by_value, that_cannot_be_encoded_is_refused_at_the_call_and_not_sent) {
  expect_refused([&] { coded_.event("e", -1); });
  expect_refused([&] { coded_.ask("q", -1); });
  expect_refused([&] { coded_.query("q", -1); });
  expect_refused(
      [&] { static_cast<void>(coded_.query("q", -1, [](const coded_query_response<int>&) {})); });
  try {
    coded_.event("e", 666);
    FAIL();
  } catch (const std::invalid_argument& refused) {
    EXPECT_STREQ(refused.what(), "the value cannot be encoded: the beast");
  }
  EXPECT_EQ(client_.members().get().size(), 1U);
  EXPECT_EQ(agent_.requests("event").size(), 0U);
  EXPECT_EQ(agent_.requests("query").size(), 0U);
}

TEST_F(event_by_value, that_cannot_be_encoded_is_told_to_its_handler_on_the_delivery_thread) {
  std::promise<std::thread::id> delivery;
  client_.stats(
      [&](const result<agent_stats>&) { delivery.set_value(std::this_thread::get_id()); });
  const auto thread = delivery.get_future().get();
  std::promise<failure> event, ask;
  const auto tell = [&](std::promise<failure>& to, const failure& why) {
    EXPECT_EQ(std::this_thread::get_id(), thread);
    to.set_value(why);
  };
  coded_.event("e", -1, [&](const result<void>& r) { tell(event, r.error()); });
  coded_.ask("q", 666, [&](const auto& r) { tell(ask, r.error()); });
  const auto why = event.get_future().get();
  EXPECT_EQ(why.code, errc::invalid_argument);
  EXPECT_EQ(why.message, "the value cannot be encoded: below zero");
  EXPECT_EQ(ask.get_future().get().message, "the value cannot be encoded: the beast");
  EXPECT_EQ(agent_.requests("event").size() + agent_.requests("query").size(), 0U);

  client_.close();
  std::promise<errc> closed;
  coded_.event("e", -1, [&](const result<void>& r) { closed.set_value(r.error().code); });
  EXPECT_EQ(closed.get_future().get(), errc::invalid_argument) << "without a connection, too";
}

TEST_F(stream_of_values, goes_on_after_payloads_that_cannot_be_decoded) {
  auto stream = coded_.stream("user").get();
  push_events();
  std::vector<std::string> came;
  for (auto& each : stream) {
    const auto& user = std::get<coded_user>(each);
    came.push_back(user.payload + '=' + told(user.value));
    if (user.payload == "4") break;
  }
  EXPECT_EQ(came, events_) << "each with its bytes";
  agent_.push_user_event({"e", "x"});
  const auto bad = stream.next_for(20s);
  ASSERT_TRUE(bad);
  EXPECT_THAT(std::get<coded_user>(*bad).value.error()->message,
              HasSubstr("the payload cannot be decoded: stoi"));
  EXPECT_EQ(stream.end().state, stream_state::open);
  EXPECT_EQ(stream.counters().delivered, 8U);
}

TEST_F(stream_of_values, can_be_drained_polled_and_closed) {
  auto asked = coded_.stream("user");
  ASSERT_EQ(asked.wait_for(20s), std::future_status::ready);
  auto stream = asked.get();
  EXPECT_FALSE(asked.valid());
  EXPECT_FALSE(stream.try_next());
  EXPECT_GE(stream.native_handle(), 0);
  push_events();
  std::vector<coded_event<digits>> all;
  while (all.size() < 7) {
    auto next = stream.next_for(20s);
    ASSERT_TRUE(next);
    all.push_back(*std::move(next));
    const auto before = all.size();
    const auto drained = stream.drain(all);
    EXPECT_EQ(before + drained, all.size());
  }
  EXPECT_EQ(std::get<coded_user>(all[6]).value, decoded<int>(4));
  stream.close();
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.end().state, stream_state::closed);
  EXPECT_FALSE(coded_client<digits>::event_stream_type().next()) << "one of nothing";
}

TEST_F(stream_of_values, brings_what_has_no_payload_as_it_is) {
  auto stream = coded_.stream("*").get();
  agent_.push_member_event("member-join", {testing::fake_member("n2")});
  agent_.push_query("load", "5");
  const auto joined = stream.next_for(20s), asked = stream.next_for(20s);
  ASSERT_TRUE(joined && asked);
  EXPECT_EQ(std::get<member_event>(*joined).members.at(0).name, "n2");
  EXPECT_EQ(std::get<coded_query_event<digits>>(*asked).value, decoded<int>(5));
}

TEST_F(stream_of_values, to_a_handler_goes_on_likewise) {
  std::promise<void> last;
  std::vector<std::string> came, members, ends;
  auto kept = coded_.subscribe(
      "*", coded_event_handlers<digits>([&](const coded_user& user) {
             came.push_back(user.payload + '=' + told(user.value));
             if (user.payload == "4") last.set_value();
           })
               .on_start([&](const result<void>& r) { ends.push_back(r ? "start" : "refused"); })
               .on_member([&](const member_event& e) { members.push_back(e.members.at(0).name); })
               .on_end([&](const stream_end& end) { ends.push_back(to_string(end.state)); }));
  kept.ready().get();
  agent_.push_member_event("member-join", {testing::fake_member("n2")});
  push_events();
  ASSERT_EQ(last.get_future().wait_for(20s), std::future_status::ready);
  client_.close();
  EXPECT_EQ(came, events_);
  EXPECT_THAT(members, ElementsAre("n2"));
  EXPECT_THAT(ends, ElementsAre("start", "closed"));
}

TEST_F(stream_of_values, to_one_handler_of_all_events_brings_all) {
  std::promise<std::size_t> second;
  std::vector<std::size_t> kinds;
  auto kept = coded_.subscribe("*", [&](const coded_event<digits>& e, subscription_ref self) {
    kinds.push_back(e.index());
    if (kinds.size() == 2) self.cancel(), second.set_value(kinds.size());
  });
  kept.ready().get();
  agent_.push_query("load", "x");
  agent_.push_user_event({"e", "x"});
  ASSERT_EQ(second.get_future().get(), 2U);
  EXPECT_THAT(kinds, ElementsAre(2U, 1U));
}

std::vector<std::string> told(const std::vector<coded_query_response<int>>& responses) {
  std::vector<std::string> all;
  for (const auto& each : responses) {
    all.push_back(each.from + ' ' + each.payload + '=' + told(each.value));
  }
  return all;
}

TEST_F(query_by_value, brings_responses_that_cannot_be_decoded_in_their_place) {
  auto stream = coded_.query(query_request("load").timeout(60s), 7).get();
  auto asked = coded_.ask(query_request("load").timeout(60s), 8);
  std::promise<result<coded_query_result<int>>> handled;
  coded_.ask(query_request("load").timeout(60s), 9,
             [&](auto r) { handled.set_value(std::move(r)); });
  std::vector<coded_query_response<int>> subscribed;
  std::promise<void> ended;
  auto kept = coded_.query(query_request("load").timeout(60s), 10,
                           coded_query_handlers<digits>([&](const coded_query_response<int>& r) {
                             subscribed.push_back(r);
                           }).on_end([&](const stream_end&) { ended.set_value(); }));
  ASSERT_TRUE(agent_.wait_for_live(4, 20s));
  for (std::size_t nth = 1; nth <= 4; ++nth) {
    EXPECT_EQ(sent_payload("query", nth), std::to_string(6 + nth));
  }
  agent_.push_ack("n1");
  agent_.push_response("n1", "1");
  agent_.push_response("n2", "x");
  agent_.push_response("n3", "");
  agent_.push_response("n4", "4");
  agent_.push_done();

  const std::vector<std::string> all = {"n1 1=1", "n2 x=" + bad_, "n3 =nothing", "n4 4=4"};
  std::vector<coded_query_response<int>> streamed;
  for (auto& each : stream) {
    if (auto* const r = std::get_if<coded_query_response<int>>(&each)) streamed.push_back(*r);
  }
  EXPECT_EQ(told(streamed), all);
  EXPECT_EQ(stream.end().state, stream_state::done);
  const auto result = asked.get();
  EXPECT_EQ(told(result.responses), all);
  EXPECT_EQ(result.ended, query_end::done);
  EXPECT_THAT(result.acks, ElementsAre(query_ack{"n1"}));
  EXPECT_EQ(told(handled.get_future().get().value().responses), all);
  ended.get_future().wait();
  EXPECT_EQ(told(subscribed), all);
}

TEST_F(query_by_value, whose_connection_is_lost_says_so_and_why) {
  auto asked = coded_.ask("load", 7);
  ASSERT_TRUE(agent_.wait_for_live(1, 20s));
  agent_.close_connections();
  const auto lost = asked.get();
  EXPECT_EQ(lost.ended, query_end::lost);
  ASSERT_TRUE(lost.failure);
  std::promise<errc> told;
  coded_.ask("load", 7, [&](const auto& r) { told.set_value(r.error().code); });
  EXPECT_EQ(told.get_future().get(), errc::connection_lost);
}

}  // namespace
}  // namespace serf
