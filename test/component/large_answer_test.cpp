// Answers that take long to read.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;

TEST(large_answer, does_not_hold_up_the_end_of_the_client_while_it_is_decoded) {
  testing::fake_agent agent;
  constexpr std::size_t count = 2'000'000;
  std::string answer(
      "\x82\xa5"
      "Error\xa0\xa3Seq\x01\x81\xa7Members\xdd",
      23);
  for (int i = 3; i >= 0; --i) answer += static_cast<char>(count >> (8 * i) & 0xffU);
  for (std::size_t i = 0; i < count; ++i) answer.append("\x81\xa4Name\xa0", 7);

  bool broken_off = false;  // unless the machine has let this thread wait until all was read
  for (int i = 0; i < 5 && !broken_off; ++i) {
    serf::client client(client_options(agent.address()).reconnect(false));
    client.ready().get();
    agent.on("members").once().reply_raw(answer);
    auto members = client.members({}, 30s);
    ASSERT_TRUE(
        testing::wait_until([&] { return client.metrics().bytes_received >= answer.size(); }, 30s));
    client.close();
    try {
      members.get();
    } catch (const error& why) {
      broken_off = why.code() == errc::client_closed;
    }
  }
  EXPECT_TRUE(broken_off);
}

}  // namespace
}  // namespace serf
