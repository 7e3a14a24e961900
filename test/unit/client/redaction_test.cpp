#include "client/redaction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/request.hpp"

namespace serf {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string key = "open-sesame-7351";

std::string sent(const protocol::request& what) {
  std::string bytes;
  protocol::append(what, 1, bytes);
  return bytes;
}

// In two pieces, and to the end of the connection.
std::string write_cut(redaction& writes, std::string_view bytes, std::size_t cut) {
  std::string all = writes.write(bytes.substr(0, cut));
  all += writes.write(bytes.substr(cut));
  return all += writes.finish();
}

class redaction_test : public ::testing::Test {
 protected:
  redaction_test() { keys_.stand_in(key); }

  known_keys keys_;
  redaction writes_{keys_};
};

TEST_F(redaction_test, writes_bytes_so_that_they_can_be_read_back_and_compared) {
  EXPECT_EQ(writes_.write(sent(protocol::stream("a\\b\n\xff"))),
            R"(\x82\xa7Command\xa6stream\xa3Seq\x01\x81\xa4Type\xa5a\\b\x0a\xff)");
}

TEST_F(redaction_test, puts_a_stand_in_of_the_same_length_in_place_of_the_auth_key) {
  EXPECT_THAT(writes_.write(sent(protocol::auth(key))),
              EndsWith(R"(\xa7AuthKey\xb0\{1-redacted......\})"));
}

TEST_F(redaction_test, leaves_no_part_of_the_key_wherever_the_pieces_are_cut) {
  const auto bytes = sent(protocol::auth(key)) +
                     sent(protocol::event(user_event_request("leak", "<" + key + ">")));
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    redaction writes(keys_);
    const auto all = write_cut(writes, bytes, cut);
    EXPECT_EQ(all.find("sesame"), std::string::npos) << cut;
    EXPECT_EQ(all.find("open"), std::string::npos) << cut;
    EXPECT_EQ(all.find("7351"), std::string::npos) << cut;
    EXPECT_THAT(all, HasSubstr(R"(<\{1-redacted......\}>)")) << cut;
  }
}

TEST_F(redaction_test, holds_back_nothing_behind_a_text_that_is_complete) {
  const auto bytes = sent(protocol::stream("user:open"));  // so begins the key
  EXPECT_THAT(writes_.write(bytes), EndsWith("user:open"));
}

TEST_F(redaction_test, redacts_what_may_be_of_the_key_where_the_connection_ends_within) {
  const auto bytes = sent(protocol::auth(key));
  EXPECT_THAT(write_cut(writes_, bytes.substr(0, bytes.size() - 5), 10),
              EndsWith(R"(AuthKey\xb0\{...........\})"));
}

TEST_F(redaction_test, redacts_another_auth_key_than_the_clients_own) {
  EXPECT_THAT(writes_.write(sent(protocol::auth("an-older-key"))), Not(HasSubstr("older")));
}

TEST_F(redaction_test, knows_a_key_of_the_keyring_again_wherever_it_stands) {
  const std::string cluster_key = "MDEyMzQ1Njc4OWFiY2RlZg==";
  EXPECT_THAT(writes_.write(sent(protocol::install_key(cluster_key))),
              EndsWith(R"(\xa3Key\xb8\{2-redacted..............\})"));
  redaction other_direction(keys_);
  EXPECT_THAT(other_direction.write("\x81\xa4Keys\x82\xb8" + cluster_key +
                                    "\x03\xb8"
                                    "ZmVkY2JhOTg3NjU0MzIxMA==\x03"),
              EndsWith(R"(\xb8\{2-redacted..............\}\x03)"
                       R"(\xb8\{3-redacted..............\}\x03)"));
  EXPECT_THAT(writes_.write(sent(protocol::event(user_event_request("log", cluster_key)))),
              Not(HasSubstr("MDEy")));
}

TEST_F(redaction_test, takes_the_longer_of_two_keys_that_begin_alike) {
  keys_.stand_in("open-sesame-7351-and-more");
  const auto bytes = sent(protocol::event(user_event_request("e", key + "-and-more")));
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    redaction writes(keys_);
    EXPECT_THAT(write_cut(writes, bytes, cut), Not(HasSubstr("more"))) << cut;
  }
}

TEST_F(redaction_test, redacts_a_short_key_in_its_field_alone) {
  known_keys keys;
  keys.stand_in("Seq");
  redaction writes(keys);
  EXPECT_EQ(writes.write(sent(protocol::auth("Seq"))),
            R"(\x82\xa7Command\xa4auth\xa3Seq\x01\x81\xa7AuthKey\xa3\{1-r\})");
}

TEST_F(redaction_test, leaves_a_stand_in_as_it_is) {
  known_keys keys;
  const auto stand_in = keys_.stand_in("another-key");
  EXPECT_EQ(stand_in, "2-redacted.");
  EXPECT_EQ(keys.stand_in(stand_in), stand_in);
  EXPECT_EQ(keys.stand_in("2-redactedX"), "1-redacted.");
}

TEST_F(redaction_test, redacts_the_clients_own_key_even_where_it_looks_like_a_stand_in) {
  const std::string odd = "7-redacted....";
  known_keys keys;
  keys.add_own(odd);
  redaction writes(keys);
  EXPECT_THAT(writes.write(sent(protocol::auth(odd))), EndsWith(R"(\xae\{1-redacted....\})"));
  EXPECT_THAT(writes.write(sent(protocol::event(user_event_request("e", odd)))),
              Not(HasSubstr("7-redacted")));
}

TEST_F(redaction_test, finds_the_key_in_what_is_no_msgpack) {
  const std::string echoed = "\xc1 400 Bad Request: " + key + " is not understood";
  for (std::size_t cut = 1; cut < echoed.size(); ++cut) {
    redaction writes(keys_);
    EXPECT_THAT(write_cut(writes, echoed, cut),
                EndsWith(R"(Request: \{1-redacted......\} is not understood)"))
        << cut;
  }
}

}  // namespace
}  // namespace serf
