#include <serf/error.hpp>

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <type_traits>

#include <serf/key_report.hpp>
#include <serf/result.hpp>

#include "vocabulary/agent_error_text.hpp"

namespace serf {
namespace {

template <class E>
void expect_raises(errc code) {
  failure why(code, "the message");
  why.command = "members";
  why.agent_text = "its words";
  try {
    raise(why);
    FAIL();
  } catch (const E& caught) {
    EXPECT_STREQ(caught.what(), "the message");
    EXPECT_EQ(caught.code(), code);
    EXPECT_EQ(caught.failure().command, "members");
    EXPECT_EQ(caught.failure().agent_text, "its words");
  } catch (const std::exception& other) {
    FAIL() << to_string(code) << " came as " << typeid(other).name();
  }
}

TEST(error, is_of_the_class_that_says_what_to_do_next) {
  expect_raises<agent_error>(errc::agent_refused);
  expect_raises<agent_error>(errc::event_too_large);
  expect_raises<agent_error>(errc::join_failed);
  expect_raises<keyring_error>(errc::keyring_failed);
  expect_raises<keyring_error>(errc::key_malformed);
  expect_raises<auth_error>(errc::auth_required);
  expect_raises<auth_error>(errc::auth_rejected);
  expect_raises<timeout_error>(errc::timed_out);
  expect_raises<connection_error>(errc::unreachable);
  expect_raises<connection_error>(errc::connection_lost);
  expect_raises<connection_error>(errc::agent_left);
  expect_raises<connection_error>(errc::client_closed);
  expect_raises<connection_error>(errc::forked);
  expect_raises<protocol_error>(errc::protocol_violation);
  expect_raises<protocol_error>(errc::version_unsupported);
  expect_raises<protocol_error>(errc::limit_exceeded);
  expect_raises<error>(errc::overloaded);
  expect_raises<error>(errc::would_deadlock);
  expect_raises<error>(errc::query_expired);
  EXPECT_THROW(raise({errc::invalid_argument, "bad"}), std::invalid_argument);
}

TEST(error, can_be_copied_without_throwing) {
  static_assert(std::is_nothrow_copy_constructible_v<error>);
  static_assert(std::is_nothrow_copy_constructible_v<keyring_error>);
}

TEST(error, has_a_text_for_every_code) {
  for (int code = 1; code <= static_cast<int>(errc::payload_malformed); ++code) {
    const std::error_code each = static_cast<errc>(code);
    EXPECT_NE(each.message(), "unknown error") << code;
    EXPECT_STREQ(each.category().name(), "serf");
  }
}

TEST(error, of_a_key_command_holds_the_report) {
  auto report = std::make_shared<key_report>();
  report->messages["n1"] = "no";
  failure why(errc::keyring_failed, "refused");
  EXPECT_EQ(why.keyring(), nullptr);
  why.keyring(report);
  try {
    raise(why);
    FAIL();
  } catch (const keyring_error& caught) {
    EXPECT_EQ(caught.report().messages.at("n1"), "no");
    EXPECT_EQ(caught.failure().keyring()->messages.at("n1"), "no");
  }
  EXPECT_TRUE(keyring_error(failure(errc::keyring_failed, "without")).report().messages.empty());
}

TEST(agent_error_text, is_known_by_its_meaning) {
  const std::pair<const char*, errc> rows[] = {
      {"Authentication required", errc::auth_required},
      {"Invalid authentication token", errc::auth_rejected},
      {"Unsupported command", errc::unsupported_command},
      {"Unsupported IPC version", errc::version_unsupported},
      {"Handshake required", errc::protocol_violation},
      {"Handshake already performed", errc::protocol_violation},
      {"1 error occurred:\n\t* Failed to join 127.0.0.9: dial tcp 127.0.0.9:1: refused\n\n",
       errc::join_failed},
      {"1 error occurred:\n\t* failed to join 127.0.0.9:1: refused\n\n", errc::join_failed},
      {"3/3 nodes reported failure", errc::keyring_failed},
      {"2/3 nodes reported success", errc::keyring_failed},
      {"illegal base64 data at input byte 3", errc::key_malformed},
      {"user event exceeds configured limit of 512 bytes before encoding", errc::event_too_large},
      {"encoded user event exceeds configured limit of 512 bytes after encoding",
       errc::event_too_large},
      {"query exceeds limit of 1024 bytes", errc::query_too_large},
      {"Queries cannot contain the '_serf_' prefix", errc::query_name_reserved},
      {"No pending queries matching ID", errc::query_not_pending},
      {"failed to respond to key query: response already sent", errc::already_responded},
      {"failed to respond to key query: response exceeds limit of 1024 bytes",
       errc::response_too_large},
      {"failed to respond to key query: response is past the deadline", errc::query_past_deadline},
      {"Encoded length of tags exceeds limit of 512 bytes", errc::tags_too_large},
      {"Invalid event filter", errc::invalid_event_filter},
      {"Stream with given sequence exists", errc::duplicate_stream},
      {"Unknown log level: BOGUS", errc::invalid_log_level},
      {"Unknown log level: ", errc::invalid_log_level},
      {"Monitor already exists", errc::duplicate_monitor},
      {"Leave already in progress", errc::leave_in_progress},
      {"something new", errc::agent_refused},
      {"", errc::agent_refused},
  };
  for (const auto& [text, code] : rows) EXPECT_EQ(classify_agent_error(text), code) << text;
}

TEST(result, is_a_value_or_a_failure) {
  result<int> good = 7;
  EXPECT_TRUE(good);
  EXPECT_EQ(*good, 7);
  EXPECT_EQ(good.value(), 7);
  EXPECT_EQ(good.value_or(8), 7);

  result<int> bad = failure(errc::timed_out, "late");
  EXPECT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().message, "late");
  EXPECT_EQ(bad.value_or(8), 8);
  EXPECT_THROW(bad.value(), timeout_error);

  EXPECT_TRUE(result<void>());
  EXPECT_NO_THROW(result<void>().value());
  EXPECT_THROW(result<void>(failure(errc::client_closed, "closed")).value(), connection_error);
}

TEST(result, holds_what_can_only_be_moved) {
  result<std::unique_ptr<int>> holding = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(holding).value();
  EXPECT_EQ(*taken, 7);
}

}  // namespace
}  // namespace serf
