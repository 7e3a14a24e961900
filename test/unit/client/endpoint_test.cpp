#include "client/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace serf {
namespace {

using ::testing::HasSubstr;

TEST(endpoint, is_a_host_and_a_port) {
  const std::pair<const char*, endpoint> rows[] = {
      {"127.0.0.1:7373", {"127.0.0.1", 7373, "127.0.0.1:7373"}},
      {"localhost:1", {"localhost", 1, "localhost:1"}},
      {"[::1]:65535", {"::1", 65535, "[::1]:65535"}},
      {"[fe80::1%eth0]:7373", {"fe80::1%eth0", 7373, "[fe80::1%eth0]:7373"}},
      {"n1.example:080", {"n1.example", 80, "n1.example:080"}},
  };
  for (const auto& [text, wanted] : rows) {
    const auto read = parse_endpoint(text, "");
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->host, wanted.host);
    EXPECT_EQ(read->port, wanted.port);
    EXPECT_EQ(read->text, wanted.text);
  }
}

TEST(endpoint, is_refused_by_name_and_reason) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "no port"},
      {"localhost", "no port"},
      {"localhost:", "no port"},
      {":7373", "no host"},
      {"[]:7373", "no host"},
      {"[::1]", "no port"},
      {"localhost:0", "not a number from 1 to 65535"},
      {"localhost:65536", "not a number from 1 to 65535"},
      {"localhost:-1", "not a number from 1 to 65535"},
      {"localhost:7373 ", "not a number from 1 to 65535"},
      {"localhost:http", "not a number from 1 to 65535"},
      {"::1:7373", "needs brackets"},
      {"[::1:7373", "no ]"},
      {"a b:7373", "characters that no host name has"},
      {"http://localhost:7373", "a URL"},
      {"n/1:7373", "characters that no host name has"},
  };
  for (const auto& [text, reason] : rows) {
    const auto read = parse_endpoint(text, "");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, errc::invalid_argument);
    EXPECT_THAT(read.error().message, HasSubstr(std::string("\"") + text + "\"")) << text;
    EXPECT_THAT(read.error().message, HasSubstr(reason)) << text;
  }
}

TEST(endpoint, says_where_a_bad_one_came_from) {
  EXPECT_THAT(parse_endpoint("foo", "SERF_RPC_ADDR").error().message,
              HasSubstr("SERF_RPC_ADDR \"foo\""));
}

TEST(endpoint, shows_no_raw_bytes_of_a_bad_one) {
  EXPECT_THAT(parse_endpoint("\x1b[2J:7373", "").error().message, HasSubstr("\\x1b[2J"));
}

}  // namespace
}  // namespace serf
