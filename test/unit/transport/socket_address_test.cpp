#include "transport/socket_address.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace serf::transport {

namespace {

std::string read_back(const std::string& host) {
  const auto address = socket_address::numeric(host, 7373);
  return address ? address->to_string() : "a name";
}

TEST(socket_address, knows_an_address_from_a_name) {
  for (const char* address : {"127.0.0.1", "::1", "fe80::1%lo", "fe80::1%99", "2001:db8::1"}) {
    EXPECT_EQ(read_back(address), address);
  }
  for (const char* name :
       {"localhost", "", "1.2.3", "1.2.3.4.5", "[::1]", "a::b::c", "127.0.0.1 "}) {
    EXPECT_EQ(read_back(name), "a name") << name;
  }
}

TEST(socket_address, is_equal_to_the_same_address_and_port) {
  const auto address = [](const char* host, std::uint16_t port) {
    return *socket_address::numeric(host, port);
  };
  EXPECT_TRUE(address("127.0.0.1", 1) == address("127.0.0.1", 1));
  EXPECT_FALSE(address("127.0.0.1", 1) == address("127.0.0.1", 2));
  EXPECT_FALSE(address("127.0.0.1", 1) == address("127.0.0.2", 1));
  EXPECT_FALSE(address("127.0.0.1", 1) == address("::1", 1));
  EXPECT_TRUE(address("::1", 1) == address("::1", 1));
  EXPECT_FALSE(address("fe80::1%1", 1) == address("fe80::1%2", 1));

  auto changed = address("::1", 1);
  changed.set_port(2);
  EXPECT_TRUE(changed == address("::1", 2));
}

TEST(socket_address, names_its_port_as_agents_do) {
  EXPECT_EQ(socket_address::numeric("127.0.0.1", 7373)->to_string_with_port(), "127.0.0.1:7373");
  EXPECT_EQ(socket_address::numeric("::1", 7373)->to_string_with_port(), "[::1]:7373");
}

}  // namespace

}  // namespace serf::transport
