#include <string>

#include <gtest/gtest.h>

#include "protocol/ip_address.hpp"

namespace serf::protocol::test {
namespace {

std::string six(std::initializer_list<unsigned> groups) {
  std::string bytes;
  for (const unsigned each : groups) {
    bytes += static_cast<char>(each >> 8U);
    bytes += static_cast<char>(each & 0xffU);
  }
  return bytes;
}

TEST(ip_address, is_dotted_for_four_bytes) {
  EXPECT_EQ(address_text(std::string("\x7f\0\0\x01", 4)), "127.0.0.1");
  EXPECT_EQ(address_text("\xff\xff\xff\xff"), "255.255.255.255");
  EXPECT_EQ(address_text(std::string(4, '\0')), "0.0.0.0");
}

TEST(ip_address, is_written_as_agents_write_it_for_sixteen) {
  EXPECT_EQ(address_text(six({0, 0, 0, 0, 0, 0, 0, 0})), "::");
  EXPECT_EQ(address_text(six({0, 0, 0, 0, 0, 0, 0, 1})), "::1");
  EXPECT_EQ(address_text(six({1, 0, 0, 0, 0, 0, 0, 0})), "1::");
  EXPECT_EQ(address_text(six({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1})), "2001:db8::1");
  EXPECT_EQ(address_text(six({0xfe80, 0, 0, 0, 0x0202, 0xb3ff, 0xfe1e, 0x8329})),
            "fe80::202:b3ff:fe1e:8329");
  EXPECT_EQ(address_text(six({1, 2, 3, 4, 5, 6, 7, 8})), "1:2:3:4:5:6:7:8");
}

TEST(ip_address, leaves_out_the_longest_run_of_zeros_and_the_first_of_equal_ones) {
  EXPECT_EQ(address_text(six({1, 0, 0, 2, 0, 0, 0, 3})), "1:0:0:2::3");
  EXPECT_EQ(address_text(six({1, 0, 0, 2, 3, 0, 0, 4})), "1::2:3:0:0:4");
  EXPECT_EQ(address_text(six({0, 0, 1, 2, 3, 4, 0, 0})), "::1:2:3:4:0:0");
  EXPECT_EQ(address_text(six({1, 2, 3, 4, 5, 6, 0, 0})), "1:2:3:4:5:6::");
  EXPECT_EQ(address_text(six({1, 0, 2, 3, 4, 5, 6, 7})), "1:0:2:3:4:5:6:7");
  EXPECT_EQ(address_text(six({0, 1, 2, 3, 4, 5, 6, 0})), "0:1:2:3:4:5:6:0");
}

TEST(ip_address, is_dotted_where_sixteen_bytes_map_four) {
  EXPECT_EQ(address_text(six({0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201})), "192.0.2.1");
  EXPECT_EQ(address_text(six({0, 0, 0, 0, 0, 0xfffe, 0xc000, 0x0201})), "::fffe:c000:201");
}

TEST(ip_address, is_nothing_for_no_bytes_and_marked_for_a_length_that_none_has) {
  EXPECT_EQ(address_text(""), "");
  EXPECT_EQ(address_text(std::string("\x0a\x00\xff", 3)), "?0a00ff");
  EXPECT_EQ(address_text(std::string(17, '\x01')), "?0101010101010101010101010101010101");
}

}  // namespace
}  // namespace serf::protocol::test
