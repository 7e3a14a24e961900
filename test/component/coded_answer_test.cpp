// Answers by value, and payloads in msgpack through a whole client.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <serf/coded_client.hpp>
#include <serf/msgpack_codec.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;
using ::testing::HasSubstr;
using numbers = std::vector<int>;
using codec = msgpack_codec<numbers>;
using question = coded_query_event<codec>;

class coded_answer : public ::testing::Test {
 protected:
  coded_answer() { client_.ready().get(); }

  std::string response(std::size_t nth = 1) const {
    const auto request = agent_.wait_for_request("respond", 20s, nth);
    return request ? request->body["Payload"].bytes() : "no answer";
  }

  fake_agent agent_;
  std::promise<handler_failure> reported_;
  client client_{
      client_options(agent_.address())
          .reconnect(false)
          .on_handler_failure([this](const handler_failure& what) { reported_.set_value(what); })};
  coded_client<codec> coded_ = with_codec(client_, codec(msgpack_options().max_depth(1)));
};

TEST_F(coded_answer, is_the_value_that_the_responder_returns) {
  auto kept = coded_.answer("double", [](const question& asked) {
    numbers all = asked.value.value_or(numbers{});
    for (int& each : all) each *= 2;
    return all;
  });
  kept.ready().get();
  agent_.push_query("double", "\x93\x01\x02\x03");
  EXPECT_EQ(response(), "\x93\x02\x04\x06");
  agent_.push_query("double", "\x93\x01\x02");
  EXPECT_EQ(response(2), "\x90") << "of a payload that cannot be decoded";
}

TEST_F(coded_answer, is_none_where_the_responder_returns_none) {
  auto kept = coded_.answer("perhaps", [](const question& asked) {
    return asked.value ? std::optional<numbers>(*asked.value) : std::nullopt;
  });
  kept.ready().get();
  agent_.push_query("perhaps");
  agent_.push_query("perhaps", "\xa1");
  agent_.push_query("perhaps", "\x91\x07");
  EXPECT_EQ(response(), "\x91\x07");
  EXPECT_EQ(agent_.requests("respond").size(), 1U);
}

TEST_F(coded_answer, may_come_later_with_a_value_or_without) {
  std::promise<question> first, second;
  auto kept = coded_.answer("later", [&, n = 0](const question& asked) mutable {
    (n++ == 0 ? first : second).set_value(asked);
  });
  kept.ready().get();
  agent_.push_query("later", "\x91\x05");
  agent_.push_query("later", "\x07");
  const auto good = first.get_future().get(), bad = second.get_future().get();
  ASSERT_TRUE(good.value);
  good.respond(*good.value).get();
  EXPECT_EQ(response(), "\x91\x05");
  EXPECT_EQ(bad.payload, "\x07");
  ASSERT_TRUE(bad.value.error());
  EXPECT_EQ(bad.value.error()->message,
            "the payload cannot be decoded: another type than asked for: an integer that does not "
            "convert");
  bad.respond().get();
  EXPECT_EQ(response(2), "");
}

using deep = msgpack_codec<std::vector<numbers>>;

TEST_F(coded_answer, that_cannot_be_encoded_is_not_sent_and_the_next_one_is) {
  const auto shallow = with_codec(client_, deep(msgpack_options().max_depth(1)));
  auto kept = shallow.answer("deep", [](const coded_query_event<deep>& asked) {
    return asked.value ? std::vector<numbers>{} : std::vector<numbers>{{1}};
  });
  kept.ready().get();
  agent_.push_query("deep");
  const auto reported = reported_.get_future().get();
  EXPECT_THAT(reported.what, HasSubstr("the value cannot be encoded: arrays and maps nested"));
  EXPECT_THAT(reported.handler, HasSubstr("deep"));
  agent_.push_query("deep", "\x90");
  EXPECT_EQ(response(), "\x90");
  EXPECT_EQ(agent_.requests("respond").size(), 1U);

  auto stream = shallow.stream("query").get();
  agent_.push_query("own");
  const auto asked = std::get<coded_query_event<deep>>(stream.next_for(20s).value());
  EXPECT_THROW(asked.respond({{1}}), std::invalid_argument);
  asked.respond(std::vector<numbers>{}).get();
  EXPECT_EQ(response(2), "\x90") << "the right to respond is not spent by a refusal";
}

TEST_F(coded_answer, of_a_null_pointer_is_none) {
  numbers (*none)(const question&) = nullptr;
  void (*nothing)(const question&) = nullptr;
  auto kept = coded_.answer("a", none);
  auto also = coded_.answer("b", nothing);
  kept.ready().get(), also.ready().get();
  agent_.push_query("a"), agent_.push_query("b");
  EXPECT_TRUE(testing::wait_until(
      [&] { return kept.counters().delivered == 1 && also.counters().delivered == 1; }, 20s));
  EXPECT_EQ(agent_.requests("respond").size(), 0U);
}

TEST_F(coded_answer, of_a_query_that_came_on_no_connection_goes_nowhere) {
  for (const auto& responded : {question().respond().share(), question().respond({1}).share()}) {
    try {
      responded.get();
      FAIL();
    } catch (const error& e) {
      EXPECT_EQ(e.failure().code, errc::query_expired);
    }
  }
}

using msgpack_stream = coded_answer;

TEST_F(msgpack_stream, goes_on_after_each_kind_of_bad_payload) {
  auto stream = coded_.stream("user").get();
  auto plain = client_.stream("user").get();
  const std::pair<std::string, std::string> bad[] = {
      {"\x93\x01\x02", "truncated: it ends within the value at byte 3"},
      {"\x91\x01\x01", "its value ends at byte 2 of 3"},
      {"\x91\x91\x01", "arrays and maps nested deeper than 1"},
      {std::string(20'000, '\x91'), "arrays and maps nested deeper than 1"},
      {std::string("\xdd\x80\0\0\0", 5), "truncated: it ends within the value at byte 5"},
      {std::string("\xdb\xff\xff\xff\xff", 5), "truncated: it ends within the value at byte 5"},
      {std::string("\xdf\xff\xff\xff\xff", 5), "truncated: it ends within the value at byte 5"},
      {"\xc1", "byte 0 starts no value of msgpack"},
      {"\x80", "another type than asked for: a map that does not convert"},
      {"\x91\xa1x", "another type than asked for: an array that does not convert"},
  };
  for (const auto& [payload, why] : bad) {
    agent_.push_user_event({"good", "\x91\x01"});
    agent_.push_user_event({"bad", payload});
    agent_.push_user_event({"good", "\x91\x02"});
    std::vector<coded_user_event<numbers>> came;
    while (came.size() < 3) {
      auto next = stream.next_for(20s);
      ASSERT_TRUE(next);
      came.push_back(std::get<coded_user_event<numbers>>(*next));
      const auto same = plain.next_for(20s);
      ASSERT_TRUE(same) << "nothing else is touched";
      EXPECT_EQ(came.back(), std::get<user_event>(*same));
    }
    EXPECT_EQ(came[0].value, decoded<numbers>(numbers{1}));
    EXPECT_EQ(came[2].value, decoded<numbers>(numbers{2}));
    EXPECT_EQ(came[1].payload, payload);
    ASSERT_TRUE(came[1].value.error());
    EXPECT_EQ(came[1].value.error()->code, errc::payload_malformed);
    EXPECT_EQ(came[1].value.error()->message, "the payload cannot be decoded: " + why);
  }
  agent_.push_user_event({"empty"});
  const auto empty = std::get<coded_user_event<numbers>>(stream.next_for(20s).value());
  EXPECT_FALSE(empty.value);
  EXPECT_EQ(empty.value.error(), nullptr) << "no value, and no error";
  EXPECT_EQ(stream.end().state, stream_state::open);
}

using utf8_stream = coded_answer;

TEST_F(utf8_stream, goes_on_after_what_is_no_utf8) {
  const auto text = with_codec(client_, utf8_codec());
  auto stream = text.stream("user").get();
  for (const char* each : {"Gr\xc3\xbc\xc3\x9f", "Gr\xfc\xdf", "", "\xe2\x82\xac"}) {
    agent_.push_user_event({"e", each});
  }
  std::vector<coded_user_event<std::string>> came;
  while (came.size() < 4) {
    came.push_back(std::get<coded_user_event<std::string>>(stream.next_for(20s).value()));
  }
  EXPECT_EQ(came[0].value, decoded<std::string>("Gr\xc3\xbc\xc3\x9f"));
  ASSERT_TRUE(came[1].value.error());
  EXPECT_THAT(came[1].value.error()->message, HasSubstr("byte 2, 0xfc,"));
  EXPECT_EQ(came[1].payload, "Gr\xfc\xdf");
  EXPECT_EQ(came[2].value, decoded<std::string>("")) << "the empty string";
  EXPECT_EQ(came[3].value, decoded<std::string>("\xe2\x82\xac"));
  EXPECT_THROW(text.event("e", "Gr\xfc\xdf"), std::invalid_argument);
  EXPECT_EQ(agent_.requests("event").size(), 0U);
}

}  // namespace
}  // namespace serf
