#include <gtest/gtest.h>

#include <memory>
#include <string>

#include <serf/handlers.hpp>

#include "delivery/subscription_core.hpp"

namespace serf {
namespace {

const subscription_ref self(std::make_shared<delivery::subscription_core>());
const gap missing{gap_reason::dropped, 3};

TEST(event_handlers, calls_the_one_for_the_kind_and_else_the_one_for_all) {
  std::string called;
  event_handlers handlers;
  handlers.on_event([&](const event&) { called += "any "; }).on_user([&](const user_event&) {
    called += "user ";
  });
  EXPECT_TRUE(handlers(user_event(), self));
  EXPECT_TRUE(handlers(member_event(), self));
  EXPECT_TRUE(handlers(unknown_event(), self));
  EXPECT_TRUE(handlers(missing, self));
  EXPECT_EQ(called, "user any any any ");
  called.clear();
  handlers.on_gap([&](const gap&) { called += "gap "; }).on_member([&](const member_event&) {
    called += "member ";
  });
  handlers.on_query([&](const query_event&) { called += "query "; })
      .on_unknown([&](const unknown_event&) { called += "unknown "; });
  for (const event& each :
       {event(missing), event(member_event()), event(query_event()), event(unknown_event())}) {
    EXPECT_TRUE(handlers(each, self));
  }
  EXPECT_EQ(called, "gap member query unknown ");
}

TEST(event_handlers, says_what_none_of_them_takes) {
  event_handlers handlers([](const user_event&) {});
  EXPECT_TRUE(handlers(user_event(), self));
  EXPECT_FALSE(handlers(member_event(), self));
  EXPECT_FALSE(handlers(missing, self));
}

TEST(log_handlers, takes_lines_and_gaps) {
  std::string called;
  log_handlers lines([&](const log_line&) { called += "line "; });
  EXPECT_TRUE(lines(log_line(), self));
  EXPECT_FALSE(lines(missing, self));
  lines.on_entry([&](const log_entry&) { called += "entry "; });
  EXPECT_TRUE(lines(missing, self));
  lines.on_gap([&](const gap&, subscription_ref) { called += "gap "; });
  EXPECT_TRUE(lines(missing, self));
  EXPECT_EQ(called, "line entry gap ");
}

TEST(query_handlers, takes_responses_acks_and_gaps) {
  std::string called;
  query_handlers replies([&](const query_response&) { called += "response "; });
  EXPECT_TRUE(replies(query_response(), self));
  EXPECT_FALSE(replies(query_ack(), self));
  EXPECT_FALSE(replies(missing, self));
  replies.on_reply([&](const query_reply&) { called += "reply "; });
  EXPECT_TRUE(replies(query_ack(), self));
  EXPECT_TRUE(replies(missing, self));
  replies.on_ack([&](const query_ack&) { called += "ack "; }).on_gap([&](const gap&) {
    called += "gap ";
  });
  EXPECT_TRUE(replies(query_ack(), self));
  EXPECT_TRUE(replies(missing, self));
  EXPECT_EQ(called, "response reply reply ack gap ");
}

}  // namespace
}  // namespace serf
