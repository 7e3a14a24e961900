#include <serf/codec.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <serf/coded_client.hpp>

namespace serf {
namespace {

using ::testing::HasSubstr;

std::mt19937_64 seeded() {
  const auto seed = std::random_device{}();
  ::testing::Test::RecordProperty("seed", std::to_string(seed));
  std::cout << "seed " << seed << '\n';
  return std::mt19937_64(seed);
}

// By the book, and not by the code under test.
void append_utf8(std::string& text, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
  }
  put(0x80 | (point & 0x3f));
}

// Whether it is UTF-8, by decoding it and encoding what came of that again.
bool survives(const std::string& text) {
  std::string again;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
      return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
    std::uint32_t point = length == 1 ? byte(0) : byte(0) & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) point = point << 6 | (byte(i) & 0x3fU);
    if ((point >= 0xd800 && point < 0xe000) || point > 0x10ffff) return false;
    append_utf8(again, point);
    at += length;
  }
  return again == text;
}

std::string failure_of(const std::string& text) {
  const auto read = utf8_codec().decode(text);
  const auto written = utf8_codec().encode(text);
  if (read || written) return "none";
  EXPECT_EQ(read.error().code, errc::payload_malformed);
  EXPECT_EQ(written.error().code, errc::invalid_argument);
  EXPECT_EQ(read.error().message, written.error().message);
  return read.error().message;
}

TEST(utf8_codec, gives_back_every_text_that_it_takes) {
  auto random = seeded();
  const std::uint32_t limits[] = {0x80, 0x800, 0xd800, 0x110000};
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (auto left = random() % 40; left > 0; --left) {
      const auto point = static_cast<std::uint32_t>(random() % limits[random() % 4]);
      if (point < 0xd800 || point >= 0xe000) append_utf8(text, point);
    }
    const auto payload = utf8_codec().encode(text);
    ASSERT_TRUE(payload);
    ASSERT_EQ(*payload, text);
    const auto value = utf8_codec().decode(*payload);
    ASSERT_TRUE(value);
    ASSERT_EQ(*value, text);
  }
}

TEST(utf8_codec, takes_of_random_bytes_exactly_what_is_utf8) {
  auto random = seeded();
  const unsigned char likely[] = {0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2,
                                  0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8, 0xfc, 0xfe, 0xff};
  int good = 0, bad = 0;
  for (int round = 0; round < 50000; ++round) {
    std::string text;
    for (auto left = 1 + random() % 4; left > 0; --left) {
      text += static_cast<char>(likely[random() % sizeof likely]);
    }
    const bool taken = utf8_codec().decode(text).has_value();
    ASSERT_EQ(taken, survives(text)) << printable(text);
    ASSERT_EQ(utf8_codec().encode(text).has_value(), taken);
    ++(taken ? good : bad);
  }
  EXPECT_GT(good, 100);
  EXPECT_GT(bad, 100);
}

TEST(utf8_codec, takes_every_character_and_no_surrogate) {
  for (std::uint32_t point = 0; point <= 0x110010; ++point) {
    std::string text;
    append_utf8(text, point);
    const bool is = (point < 0xd800 || point >= 0xe000) && point <= 0x10ffff;
    ASSERT_EQ(utf8_codec().decode(text).has_value(), is) << point;
  }
}

TEST(utf8_codec, says_which_byte_is_wrong) {
  EXPECT_EQ(failure_of("abc\xff"), "byte 3, 0xff, starts no character of UTF-8");
  EXPECT_THAT(failure_of("\x80"), HasSubstr("byte 0, 0x80,")) << "continues nothing";
  EXPECT_THAT(failure_of("Gr\xc3"), HasSubstr("byte 2, 0xc3,")) << "truncated";
  EXPECT_THAT(failure_of("\xe2\x82"), HasSubstr("byte 0, 0xe2,")) << "truncated";
  EXPECT_THAT(failure_of("a\xc0\xaf"), HasSubstr("byte 1, 0xc0,")) << "overlong";
  EXPECT_THAT(failure_of("\xe0\x80\xaf"), HasSubstr("byte 0, 0xe0,")) << "overlong";
  EXPECT_THAT(failure_of("\xf0\x80\x80\xaf"), HasSubstr("byte 0, 0xf0,")) << "overlong";
  EXPECT_THAT(failure_of("\xed\xa0\x80"), HasSubstr("byte 0, 0xed,")) << "a surrogate";
  EXPECT_THAT(failure_of("\xf4\x90\x80\x80"), HasSubstr("byte 0, 0xf4,")) << "beyond U+10FFFF";
  EXPECT_THAT(failure_of("\xc3\xbc\xc3\xbc\xfe"), HasSubstr("byte 4, 0xfe,"));
  EXPECT_EQ(failure_of(std::string("nul\0is fine", 11)), "none");
}

TEST(no_codec, gives_back_every_byte) {
  auto random = seeded();
  for (int round = 0; round < 1000; ++round) {
    std::string bytes(random() % 600, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_EQ(no_codec().encode(bytes).value(), bytes);
    EXPECT_EQ(no_codec().decode(bytes).value(), bytes);
  }
}

// Fails in all the ways there are.
struct trap {
  using value_type = int;
  result<std::string> encode(const int& value) const {
    if (value == 1) throw std::runtime_error("boom \x1b[31m");
    if (value == 2) throw 7;
    if (value == 3) return failure(errc::timed_out, "no \xff");
    return std::string(1, static_cast<char>('0' + value));
  }
  result<int> decode(std::string_view payload) const {
    const int value = payload.at(0) - '0';
    const auto encoded = encode(value);
    if (!encoded) return encoded.error();
    return value;
  }
};

TEST(codec, that_throws_or_fails_is_told_as_a_failure_fit_for_a_terminal) {
  const std::string reasons[] = {"boom \\x1b[31m", "an exception that is no std::exception",
                                 "no \\xff"};
  for (int value = 1; value <= 3; ++value) {
    const std::string& why = reasons[value - 1];
    const auto encoded = coding::encode(trap(), value);
    ASSERT_FALSE(encoded);
    EXPECT_EQ(encoded.error().code, errc::invalid_argument);
    EXPECT_EQ(encoded.error().message, "the value cannot be encoded: " + why);
    const auto value_of = coding::decode(trap(), std::to_string(value));
    EXPECT_FALSE(value_of);
    ASSERT_TRUE(value_of.error());
    EXPECT_EQ(value_of.error()->code, errc::payload_malformed);
    EXPECT_EQ(value_of.error()->message, "the payload cannot be decoded: " + why);
  }
  EXPECT_EQ(*coding::encode(trap(), 4), "4");
  EXPECT_EQ(coding::decode(trap(), "4"), decoded<int>(4));
}

TEST(codec, takes_an_empty_payload_for_no_value_and_not_for_an_error) {
  EXPECT_EQ(coding::decode(trap(), ""), decoded<int>());
  EXPECT_EQ(coding::decode(trap(), "").error(), nullptr);
  EXPECT_EQ(coding::decode(utf8_codec(), ""), decoded<std::string>(""));
  EXPECT_EQ(coding::decode(no_codec(), ""), decoded<std::string>(""));
}

TEST(codec, is_known_by_what_it_has) {
  struct one_way {
    using value_type = int;
    result<std::string> encode(const int&) const { return std::string(); }
  };
  struct not_const {
    using value_type = int;
    result<std::string> encode(const int&) { return std::string(); }
    result<int> decode(std::string_view) { return 7; }
  };
  static_assert(is_codec<no_codec> && is_codec<utf8_codec> && is_codec<trap>);
  static_assert(!is_codec<int> && !is_codec<one_way> && !is_codec<not_const>);
}

TEST(decoded, is_a_value_or_nothing_or_why_not) {
  const decoded<std::string> value(std::string("v")), none;
  const decoded<std::string> bad(failure(errc::payload_malformed, "why"));
  EXPECT_TRUE(value);
  EXPECT_EQ(*value, "v");
  EXPECT_EQ(value->size(), 1U);
  EXPECT_EQ(value.error(), nullptr);
  EXPECT_FALSE(none);
  EXPECT_EQ(none.error(), nullptr);
  EXPECT_EQ(none.value_or("other"), "other");
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error()->message, "why");
  EXPECT_EQ(value, decoded<std::string>(std::string("v")));
  EXPECT_NE(value, decoded<std::string>(std::string("w")));
  EXPECT_NE(value, none);
  EXPECT_NE(none, bad);
  EXPECT_EQ(bad, decoded<std::string>(failure(errc::payload_malformed, "another reason")));
}

TEST(decoded, failure_is_a_serf_error) {
  const std::error_code code = errc::payload_malformed;
  EXPECT_EQ(code.message(), "the payload cannot be decoded");
  try {
    raise({errc::payload_malformed, "why"});
    FAIL();
  } catch (const agent_error&) {
    FAIL() << "no agent has refused anything";
  } catch (const error& caught) {
    EXPECT_EQ(caught.code(), errc::payload_malformed);
  }
}

// What may be given to whom.
using handlers = coded_event_handlers<utf8_codec>;
using text_event = coded_user_event<std::string>;
static_assert(std::is_constructible_v<handlers, void (*)(const coded_event<utf8_codec>&)>);
static_assert(std::is_constructible_v<handlers, void (*)(const text_event&, subscription_ref)>);
static_assert(std::is_constructible_v<handlers, void (*)(const coded_query_event<utf8_codec>&)>);
static_assert(std::is_constructible_v<handlers, void (*)(const member_event&)>);
static_assert(!std::is_constructible_v<handlers, void (*)(const event&)>, "would miss members");
static_assert(!std::is_constructible_v<handlers, void (*)(int)>);
static_assert(
    !std::is_constructible_v<coded_query_handlers<utf8_codec>, void (*)(const query_reply&)>);
static_assert(!std::is_copy_constructible_v<coded_stream<utf8_codec, event>>);
static_assert(std::is_nothrow_move_constructible_v<coded_stream<utf8_codec, event>>);

}  // namespace
}  // namespace serf
