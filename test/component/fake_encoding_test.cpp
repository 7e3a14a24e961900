// The fake agent's encoder and decoder against an independent one.
#include <gtest/gtest.h>
#include <msgpack.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <serf/testing/fake_encoding.hpp>

#include "support/fake_recording.hpp"

namespace serf::testing {
namespace {

template <class T>
std::string packed(const T& value) {
  msgpack::sbuffer buffer;
  msgpack::pack(buffer, value);
  return {buffer.data(), buffer.size()};
}

template <class T>
void expect_same(const T& value) {
  const auto bytes = packed(value);
  EXPECT_EQ(encode(fake_value(value)), bytes) << value;
  const auto read = decode(bytes);
  EXPECT_EQ(read.state, fake_decoding::complete);
  EXPECT_EQ(read.value, fake_value(value));
  EXPECT_EQ(read.size, bytes.size());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode(std::string_view(bytes).substr(0, size)).state, fake_decoding::incomplete);
  }
}

TEST(fake_encoding, has_the_smallest_integers) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    const auto power = std::uint64_t{1} << bit;
    for (const auto number : {power - 1, power, power + 1}) {
      expect_same(number);
      expect_same(-static_cast<std::int64_t>(number / 2));
    }
  }
  expect_same(std::numeric_limits<std::uint64_t>::max());
  expect_same(std::numeric_limits<std::int64_t>::min());
}

TEST(fake_encoding, has_text_of_all_widths) {
  for (const std::size_t size : {0U, 1U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
    const std::string text(size, 't');
    EXPECT_EQ(encode(text), packed(text));
    EXPECT_EQ(decode(packed(text)).value, text);
    const std::vector<char> bytes(size, 'b');
    EXPECT_EQ(encode(fake_bytes{std::string(size, 'b')}), packed(bytes));
    EXPECT_EQ(decode(packed(bytes)).value, fake_bytes{std::string(size, 'b')});
  }
}

TEST(fake_encoding, has_containers_of_all_widths) {
  for (const std::size_t size : {0U, 15U, 16U, 65535U, 65536U}) {
    const std::vector<int> numbers(size, 7);
    EXPECT_EQ(encode(fake_list(size, 7)), packed(numbers));
    EXPECT_EQ(decode(packed(numbers)).value, fake_list(size, 7));
    const auto map = encode(fake_map(size, {"k", 1.5}));
    EXPECT_EQ(decode(map).value, (fake_map(size, {"k", 1.5})));
    EXPECT_EQ(decode(map).size, map.size());
  }
}

TEST(fake_encoding, reads_what_it_never_writes) {
  EXPECT_EQ(decode("\xd3\xff\xff\xff\xff\xff\xff\xff\xff").value, -1);
  EXPECT_EQ(decode(std::string("\xcd\0\7", 3)).value, 7);
  EXPECT_EQ(decode(packed(1.5F)).value, 1.5);
  EXPECT_EQ(decode("\xd4\x05x").value, (fake_extension{5, "x"}));
  EXPECT_EQ(encode(fake_extension{5, "x"}), "\xc7\x01\x05x");
  EXPECT_EQ(decode("\xc1").state, fake_decoding::malformed);
  EXPECT_EQ(decode(std::string(100000, '\x91')).state, fake_decoding::malformed);
}

TEST(fake_encoding, prints_values_for_failing_tests) {
  const fake_value value(fake_map{{"a", fake_list{1, -2, nullptr, true}},
                                  {fake_bytes{std::string("\0", 1)}, "\"\xff"}});
  EXPECT_EQ(::testing::PrintToString(value),
            "{\"a\": [1, -2, nil, true], b\"\\x00\": \"\\x22\\xff\"}");
}

}  // namespace
}  // namespace serf::testing
