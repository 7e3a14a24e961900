// What real agents streamed, byte by byte, through the whole client.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf {
namespace {

using namespace std::chrono_literals;
using testing::fake_agent;

// A recorded session without its answer to the handshake, which the fake agent gives itself.
std::string session(const std::string& name) {
  std::ifstream file(SERF_TEST_CAPTURES_DIR "/" + name + ".session.bin", std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  const std::string handshake(
      "\x82\xa5"
      "Error\xa0\xa3"
      "Seq\x00",
      13);
  EXPECT_EQ(bytes.substr(0, handshake.size()), handshake) << name;
  return bytes.substr(handshake.size());
}

// All that comes of a recording, until nothing more does: the agent closes behind it.
template <class Stream>
std::string told(fake_agent& agent, Stream stream) {
  agent.close_connections();
  std::string all;
  for (const auto& each : stream) all += to_string(each) + '\n';
  return all;
}

class recorded : public ::testing::TestWithParam<const char*> {
 protected:
  // The same, all at once and one byte at a time.
  template <class Open>
  void expect_same(const char* command, const std::string& name, Open open) {
    std::string once, bytewise;
    for (std::string* into : {&once, &bytewise}) {
      fake_agent agent;
      if (into == &bytewise) agent.send_one_byte_at_a_time();
      agent.on(command).reply_raw(session(name));
      client asking(client_options(agent.address()).reconnect(false));
      auto stream = open(asking);
      ASSERT_TRUE(asking.members().get().size() == 1);
      *into = told(agent, std::move(stream));
    }
    EXPECT_NE(once, "");
    EXPECT_EQ(once, bytewise);
  }
};

using recorded_stream = recorded;
TEST_P(recorded_stream, means_the_same_in_one_piece_and_split_at_every_byte) {
  expect_same("stream", GetParam(), [](client& c) { return c.stream("*").get(); });
}
INSTANTIATE_TEST_SUITE_P(of_real_agents, recorded_stream,
                         ::testing::Values("stream.all", "stream.member-events", "head.stream"));

using recorded_query = recorded;
TEST_P(recorded_query, means_the_same_in_one_piece_and_split_at_every_byte) {
  expect_same("query", GetParam(), [](client& c) { return c.query("q").get(); });
}
INSTANTIATE_TEST_SUITE_P(of_real_agents, recorded_query,
                         ::testing::Values("query", "query.relay", "query.spurious-empty-from"));

TEST(recorded_query, has_an_end_and_no_answer_of_nobody) {
  fake_agent agent;
  agent.on("query").reply_raw(session("query.relay"));
  client asking(agent.address());
  auto stream = asking.query("q").get();
  std::string all;
  for (const auto& each : stream) all += to_string(each) + '\n';
  EXPECT_EQ(all, "ack from n1\nack from n2\nack from n3\n");
  EXPECT_EQ(stream.end().state, stream_state::done);
}

}  // namespace
}  // namespace serf
