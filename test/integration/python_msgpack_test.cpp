// Payloads in msgpack between this library and a program in Python, by way of a real agent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <serf/coded_client.hpp>
#include <serf/msgpack_codec.hpp>

#include "support/real_agent.hpp"
#include "support/run_program.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using bytes = std::vector<char>;

std::string to_hex(const std::string& text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    hex += digits[byte >> 4U];
    hex += digits[byte & 0xfU];
  }
  return hex;
}

std::string from_hex(const std::string& hex) {
  std::string text;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    text += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return text;
}

std::string python(const std::string& what, bool use_bin_type, const std::string& argument) {
  const char* const chosen = std::getenv("SERF_PYTHON");
  const std::string program = chosen != nullptr ? chosen : "/usr/bin/python3";
  auto done = testing::run_program(
      program, {SERF_MSGPACK_PEER, what, use_bin_type ? "bin" : "str", argument}, {});
  if (done.exit_code != 0) {
    throw std::runtime_error(program +
                             " failed (install python3 and python3-msgpack): " + done.error_output);
  }
  if (!done.output.empty()) done.output.pop_back();
  return done.output;
}

struct status {
  std::string name;
  std::int64_t serial = 0;
  double load = 0;
  bool up = false;
  std::vector<std::string> roles;
  bytes key;
  std::optional<int> port;
  MSGPACK_DEFINE_MAP(name, serial, load, up, roles, key, port)

  friend bool operator==(const status& a, const status& b) {
    return std::tie(a.name, a.serial, a.load, a.up, a.roles, a.key, a.port) ==
           std::tie(b.name, b.serial, b.load, b.up, b.roles, b.key, b.port);
  }
};

const status example = {"Gr\xc3\xbc\xc3\x9f", -5'000'000'000,   0.5,         true,
                        {"web", "db"},        {'\x00', '\xff'}, std::nullopt};
const char* const example_in_python =
    R"({'name': 'Grüß', 'serial': -5000000000, 'load': 0.5, 'up': True, 'roles': ['web', 'db'], )"
    R"('key': b'\x00\xff', 'port': None})";
// To who reads with use_bin_type=False, all text is bytes.
const char* const example_in_python_as_str =
    R"({b'name': b'Gr\xc3\xbc\xc3\x9f', b'serial': -5000000000, b'load': 0.5, b'up': True, )"
    R"(b'roles': [b'web', b'db'], b'key': b'\x00\xff', b'port': None})";

class python_peer : public ::testing::TestWithParam<bool> {
 protected:
  bool use_bin_type() const { return GetParam(); }
  template <class T>
  msgpack_codec<T> codec() const {
    return msgpack_codec<T>(msgpack_options().bytes_as_str(!use_bin_type()));
  }

  // Without the agent's wait for others of that name.
  static user_event_request at_once(const char* name) {
    return user_event_request(name).coalesce(false);
  }

  // The payload that other nodes get of a value: through the agent, as an event.
  template <class T>
  std::string payload_of(const T& value) {
    auto stream = client_.stream("user:out").get();
    with_codec(client_, codec<T>()).event(at_once("out"), value).get();
    const auto event = stream.next_for(20s);
    return event ? std::get<user_event>(*event).payload : "no event came";
  }
  // What is received of a payload, the same way.
  template <class T>
  decoded<T> value_of(const std::string& payload) {
    auto stream = with_codec(client_, codec<T>()).stream("user:in").get();
    client_.event(at_once("in").payload(payload)).get();
    const auto event = stream.next_for(20s);
    if (!event) return failure(errc::timed_out, "no event came");
    const auto& user = std::get<coded_user_event<T>>(*event);
    EXPECT_EQ(user.payload, payload);
    return user.value;
  }
  template <class T>
  void exchange(const T& value, const std::string& literal) {
    const std::string sent = payload_of(value);
    const std::string packed = python("pack", use_bin_type(), literal);
    EXPECT_EQ(to_hex(sent), packed) << literal << ": the same bytes";
    const auto received = value_of<T>(from_hex(packed));
    ASSERT_TRUE(received) << literal;
    EXPECT_TRUE(*received == value) << literal;
  }

  testing::real_agent agent_{
      testing::real_agent_options().extra_config(R"({"user_event_size_limit": 8192})")};
  client client_{agent_.rpc_address()};
};

INSTANTIATE_TEST_SUITE_P(bytes_as, python_peer, ::testing::Values(true, false),
                         [](const auto& mode) { return mode.param ? "bin" : "str"; });

TEST_P(python_peer, reads_what_is_sent_here) {
  EXPECT_EQ(python("unpack", use_bin_type(), to_hex(payload_of(example))),
            use_bin_type() ? example_in_python : example_in_python_as_str);
}

TEST_P(python_peer, sends_what_is_read_here) {
  const auto packed = from_hex(python("pack", use_bin_type(), example_in_python));
  const auto received = value_of<status>(packed);
  ASSERT_TRUE(received);
  EXPECT_TRUE(*received == example);
  const auto any = value_of<msgpack_value>(packed);
  ASSERT_TRUE(any);
  EXPECT_TRUE(any->as<status>().value() == example);
}

TEST_P(python_peer, packs_values_of_every_type_to_the_same_bytes) {
  exchange<std::int64_t>(0, "0");
  exchange<std::int64_t>(INT64_MIN, "-9223372036854775808");
  exchange<std::int64_t>(INT64_MAX, "9223372036854775807");
  exchange<double>(-1e300, "-1e300");
  exchange<bool>(true, "True");
  EXPECT_EQ(python("unpack", use_bin_type(), to_hex(payload_of(2.0))), "2") << "equals 2.0";
  EXPECT_EQ(value_of<double>(from_hex(python("pack", use_bin_type(), "2.0"))),
            decoded<double>(2.0));
  exchange<std::string>("\xe2\x82\xac", "'€'");
  exchange<std::string>("", "''");
  for (const std::size_t size : {31U, 32U, 255U, 256U, 5000U}) {
    std::string escaped;
    for (std::size_t i = 0; i < size; ++i) escaped += "\\xfe";
    exchange(bytes(size, '\xfe'), "b'" + escaped + '\'');
    exchange(std::string(size, 'x'), '\'' + std::string(size, 'x') + '\'');
  }
  exchange<std::map<std::string, std::vector<int>>>({{"a", {1, -2}}, {"b", {}}},
                                                    "{'a': [1, -2], 'b': []}");
  exchange<std::tuple<int, std::string, bool>>({7, "seven", false}, "(7, 'seven', False)");
  exchange(example, example_in_python);
}

TEST_P(python_peer, is_answered_by_value) {
  using numbers = std::vector<int>;
  const auto coded = with_codec(client_, codec<numbers>());
  auto kept = coded.answer("sum", [](const coded_query_event<msgpack_codec<numbers>>& asked) {
    int sum = 0;
    for (const int each : asked.value.value_or(numbers{})) sum += each;
    return numbers{sum};
  });
  kept.ready().get();
  const auto payload = from_hex(python("pack", use_bin_type(), "[1, 2, 300]"));
  const auto answered = client_.ask(query_request("sum", payload).node(agent_.name())).get();
  ASSERT_EQ(answered.responses.size(), 1U);
  EXPECT_EQ(python("unpack", use_bin_type(), to_hex(answered.responses[0].payload)), "[303]");
  const auto by_value = coded.ask(query_request("sum").node(agent_.name()), numbers{4, 5}).get();
  ASSERT_EQ(by_value.responses.size(), 1U);
  EXPECT_EQ(by_value.responses[0].value, decoded<numbers>(numbers{9}));
}

}  // namespace
}  // namespace serf
