#include <serf/msgpack_codec.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace serf {
namespace {

using ::testing::HasSubstr;

struct reading {
  std::string sensor;
  std::optional<double> value;
  std::vector<std::int64_t> history;
  MSGPACK_DEFINE_MAP(sensor, value, history)

  friend bool operator==(const reading& a, const reading& b) {
    return a.sensor == b.sensor && a.value == b.value && a.history == b.history;
  }
};

// Random values of all the types, edges among them.
class generator {
 public:
  generator() { std::cout << "seed " << seed_ << '\n'; }

  std::size_t size(std::size_t most) { return random_() % (most + 1); }
  void make(bool& v) { v = random_() % 2 == 0; }
  void make(std::int64_t& v) { v = static_cast<std::int64_t>(random_()) >> (random_() % 64); }
  void make(int& v) { v = static_cast<int>(random_()) >> (random_() % 32); }
  void make(double& v) {
    const double edges[] = {0.0, -0.0, 1e308, 5e-324, std::numeric_limits<double>::infinity()};
    if (random_() % 4 == 0) {
      v = edges[random_() % 5];
      return;
    }
    const std::uint64_t bits = random_();
    std::memcpy(&v, &bits, sizeof v);
    if (std::isnan(v)) v = 0.1;
  }
  void make(char& v) { v = static_cast<char>(random_()); }
  void make(std::string& v) { fill(v, random_() % 50 == 0 ? 70000 : 300); }
  template <class T>
  void make(std::vector<T>& v) {
    fill(v, 20);
  }
  void make(std::vector<char>& v) { fill(v, 300); }
  template <class V>
  void make(std::map<std::string, V>& v) {
    for (auto left = size(20); left > 0; --left) make(v["key" + std::to_string(random_() % 100)]);
  }
  void make(std::tuple<int, std::string, bool>& v) {
    make(std::get<0>(v)), make(std::get<1>(v)), make(std::get<2>(v));
  }
  void make(reading& v) {
    make(v.sensor), make(v.history);
    if (random_() % 2 == 0) make(v.value.emplace());
  }

 private:
  template <class Container>
  void fill(Container& v, std::size_t most) {
    v.resize(size(most));
    for (auto& each : v) make(each);
  }

  std::random_device::result_type seed_ = std::random_device{}();
  std::mt19937_64 random_{seed_};
};

template <class T>
class msgpack_codec_of : public ::testing::Test {};
using values = ::testing::Types<std::int64_t, double, bool, std::string, std::vector<std::string>,
                                std::vector<char>, std::map<std::string, std::vector<int>>,
                                std::tuple<int, std::string, bool>, reading>;
TYPED_TEST_SUITE(msgpack_codec_of, values, );  // the comma: clang wants the rest, if empty

TYPED_TEST(msgpack_codec_of, anything_gives_it_back) {
  generator some;
  for (const bool as_str : {false, true}) {
    const msgpack_codec<TypeParam> codec(msgpack_options().bytes_as_str(as_str));
    for (int round = 0; round < 1000; ++round) {
      TypeParam value{};
      some.make(value);
      const auto payload = codec.encode(value);
      ASSERT_TRUE(payload) << payload.error().message;
      const auto back = codec.decode(*payload);
      ASSERT_TRUE(back) << back.error().message;
      ASSERT_TRUE(*back == value);
      const auto any = msgpack_codec<>().decode(*payload);
      ASSERT_TRUE(any);
      ASSERT_TRUE(*any->template as<TypeParam>() == value) << "also by way of any value";
      const auto cut = payload->substr(0, some.size(payload->size() - 1));
      ASSERT_FALSE(codec.decode(cut)) << "cut anywhere";
    }
  }
}

template <class T>
std::string failure_of(const std::string& payload, msgpack_options how = {}) {
  const auto began = std::chrono::steady_clock::now();
  const auto value = msgpack_codec<T>(how).decode(payload);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
  if (value) return "none";
  EXPECT_EQ(value.error().code, errc::payload_malformed);
  EXPECT_EQ(coding::decode(msgpack_codec<T>(how), payload).error()->message,
            "the payload cannot be decoded: " + value.error().message);
  return value.error().message;
}

TEST(msgpack_codec, says_what_is_wrong_and_where) {
  using list = std::vector<int>;
  EXPECT_EQ(failure_of<std::string>("\xa5hell"), "truncated: it ends within the value at byte 1");
  EXPECT_EQ(failure_of<list>("\x93\x01\x02"), "truncated: it ends within the value at byte 3");
  EXPECT_EQ(failure_of<list>("\x92\x01\xc1"), "byte 2 starts no value of msgpack");
  EXPECT_EQ(failure_of<int>("\x01\x02\x03"), "its value ends at byte 1 of 3");
  EXPECT_EQ(failure_of<int>("\xa1x"), "another type than asked for: a str that does not convert");
  EXPECT_EQ(failure_of<list>("\x92\x01\xa1x"),
            "another type than asked for: an array that does not convert");
  EXPECT_THAT(failure_of<std::string>("\x01"), HasSubstr("an integer that"));
  EXPECT_THAT(failure_of<bool>(std::string("\xc0", 1)), HasSubstr("nil that"));
  EXPECT_THAT(failure_of<reading>("\x90"), HasSubstr("an array that"));
  EXPECT_THAT(failure_of<std::int64_t>("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
              HasSubstr("an integer that"))
      << "larger than it holds";
}

TEST(msgpack_codec, believes_no_length_before_it_has_seen_the_bytes) {
  const std::string most("\xff\xff\xff\xff", 4), filler(15, '\x00');
  for (const char lead : {'\xdb', '\xc6', '\xc9', '\xdd', '\xdf'}) {  // str, bin, ext, array, map
    EXPECT_NE(failure_of<std::string>(lead + most + filler), "none");
    EXPECT_NE(failure_of<std::vector<std::string>>(lead + most + filler), "none");
    EXPECT_NE(failure_of<msgpack_value>(lead + most + filler), "none");
  }
  using map = std::map<std::string, int>;
  EXPECT_THAT(failure_of<std::vector<int>>(std::string("\xdd\x80\0\0\0", 5) + filler),
              HasSubstr("truncated"));
  EXPECT_THAT(failure_of<map>(std::string("\xdf\x80\0\0\0", 5) + filler), HasSubstr("truncated"));
  std::string bomb;  // maps in maps, each of which promises more than there is
  for (int i = 0; i < 30; ++i) bomb += std::string("\xdf\x7f\xff\xff\xff\xa0", 6);
  EXPECT_THAT(failure_of<msgpack_value>(bomb), HasSubstr("truncated"));
}

TEST(msgpack_codec, takes_nothing_that_is_nested_too_deep_both_ways) {
  const auto nested = [](std::size_t depth, char lead = '\x91') {
    return std::string(depth, lead) + '\xc0';
  };
  const std::string deeper = "arrays and maps nested deeper than ";
  EXPECT_EQ(failure_of<msgpack_value>(nested(32)), "none");
  EXPECT_EQ(failure_of<msgpack_value>(nested(33)), deeper + "32");
  EXPECT_EQ(failure_of<msgpack_value>(nested(20'000)), deeper + "32");
  EXPECT_EQ(failure_of<msgpack_value>(nested(1'000'000, '\x81')), deeper + "32") << "as keys";
  EXPECT_EQ(failure_of<msgpack_value>(nested(3), msgpack_options().max_depth(2)), deeper + "2");
  EXPECT_EQ(failure_of<int>("\x07", msgpack_options().max_depth(0)), "none");

  const auto value = msgpack_value::unpacked(nested(33));
  for (const bool as_str : {false, true}) {
    const auto refused =
        msgpack_codec<>(msgpack_options().bytes_as_str(as_str)).encode(msgpack_value(value));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::invalid_argument);
    EXPECT_EQ(refused.error().message, deeper + "32");
  }
}

TEST(msgpack_codec, survives_random_bytes) {
  generator some;
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    do some.make(bytes);
    while (bytes.empty() || bytes.size() > 300);
    bytes.resize(1 + some.size(bytes.size() - 1));
    taken += msgpack_codec<>().decode(bytes).has_value() ? 1 : 0;
    failure_of<std::map<std::string, std::vector<int>>>(bytes);
    failure_of<std::tuple<int, std::string, bool>>(bytes);
    failure_of<reading>(bytes);
  }
  EXPECT_GT(taken, 0);
}

TEST(msgpack_codec, sends_bytes_as_bin_or_as_the_str_of_old_and_reads_both) {
  using bytes = std::vector<char>;
  const msgpack_codec<bytes> bin, str(msgpack_options().bytes_as_str());
  for (const std::size_t size : {0U, 1U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
    const bytes value(size, '\xff');
    const std::string as_bin = bin.encode(value).value(), as_str = str.encode(value).value();
    EXPECT_EQ(as_bin[0], size < 256 ? '\xc4' : size < 65536 ? '\xc5' : '\xc6');
    if (size < 32) {
      EXPECT_EQ(static_cast<unsigned char>(as_str[0]), 0xa0U | size);
    } else {
      EXPECT_EQ(as_str[0], size < 65536 ? '\xda' : '\xdb') << "never str8";
    }
    for (const auto& codec : {bin, str}) {
      EXPECT_EQ(codec.decode(as_bin).value(), value);
      EXPECT_EQ(codec.decode(as_str).value(), value);
    }
    EXPECT_EQ(msgpack_codec<std::string>().decode(as_bin).value().size(), size);
    const std::vector<unsigned char> unsigned_value(size, 0xff);
    EXPECT_EQ(msgpack_codec<std::vector<unsigned char>>().decode(as_str).value(), unsigned_value);
  }
}

TEST(msgpack_codec, sends_all_else_unchanged_where_bytes_are_str) {
  const std::string all(
      "\x99\xc0\xc2\xc3\x07\xff\xca\x3f\xc0\x00\x00\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"
      "\x82\xa1k\xcd\x01\x00\x01\x90\xd5\x09xy",
      32);
  const auto value = msgpack_codec<>().decode(all);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(msgpack_codec<>().encode(*value).value(), all);
  EXPECT_EQ(msgpack_codec<>(msgpack_options().bytes_as_str()).encode(*value).value(), all);
}

TEST(msgpack_codec, sends_whole_numbers_as_integers_also_of_floating_point_as_msgpack_c_does) {
  EXPECT_EQ(msgpack_codec<double>().encode(2.0).value(), "\x02");
  EXPECT_EQ(msgpack_codec<double>().decode("\x02").value(), 2.0);
}

TEST(msgpack_codec, is_as_lenient_with_maps_and_tuples_as_msgpack_c) {
  EXPECT_EQ(msgpack_codec<reading>().decode("\x81\xa5other\x01").value(), reading{});
  using three = std::tuple<int, std::string, bool>;
  EXPECT_EQ(msgpack_codec<three>().decode("\x91\x07").value(), three(7, "", false));
}

struct moody {
  int value = 0;
  template <class Packer>
  void msgpack_pack(Packer&) const {
    throw std::runtime_error("not today");
  }
  void msgpack_unpack(const msgpack::object&) { throw 7; }
};

TEST(msgpack_codec, lets_no_exception_out) {
  const auto encoded = msgpack_codec<moody>().encode({});
  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error().message, "not today");
  EXPECT_EQ(failure_of<moody>("\x07"), "an exception that is no std::exception");
}

TEST(msgpack_value, holds_any_value_and_stands_wherever_one_may) {
  const msgpack_value number(7), text(std::string("seven")), empty(std::string{}), nil;
  EXPECT_EQ(*number.as<int>(), 7);
  EXPECT_EQ(*text.as<std::string>(), "seven");
  EXPECT_EQ(*empty.as<std::string>(), "");
  EXPECT_TRUE(nil.get().is_nil());
  EXPECT_EQ(text.as<int>().error().code, errc::payload_malformed);
  EXPECT_EQ(number, msgpack_value(std::int64_t{7}));
  EXPECT_NE(number, nil);
  EXPECT_EQ(empty, msgpack_value(std::string{}));
  using mixed = std::map<std::string, msgpack_value>;
  const mixed value = {{"number", number}, {"text", text}, {"empty", empty}, {"nil", nil}};
  const msgpack_codec<mixed> codec;
  EXPECT_EQ(codec.decode(codec.encode(value).value()).value(), value);
  EXPECT_EQ(msgpack_value(value).as<mixed>().value(), value);
}

}  // namespace
}  // namespace serf
