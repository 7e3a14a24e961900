// Agents that are not there, are no agents, or have gone wrong: the right exception within the
// deadline, with a text that names the agent and the cause.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/black_hole.hpp"
#include "support/deadline.hpp"
#include "support/loopback.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using testing::cut;
using testing::fake_agent;
using testing::fake_agent_options;
using ::testing::HasSubstr;

client_options options_for(const std::string& address) {
  return client_options(address).reconnect(false);
}

template <class E, class F>
failure expect(F call) {
  try {
    call();
  } catch (const E& error) {
    return error.failure();
  } catch (const std::exception& other) {
    ADD_FAILURE() << "another exception: " << other.what();
    return {};
  }
  ADD_FAILURE() << "no exception";
  return {};
}

std::string refused_address() {
  const auto host = testing::loopback_address();
  return host + ":" + std::to_string(testing::free_port(host));
}

TEST(refused_port, is_told_at_once_and_by_name) {
  const auto address = refused_address();
  serf::client client(options_for(address));
  const auto start = clock::now();
  const auto why = expect<connection_error>([&] { client.ready().get(); });
  EXPECT_LT(clock::now() - start, 5s) << "not by a deadline";
  EXPECT_EQ(why.code, errc::unreachable);
  EXPECT_THAT(why.message,
              HasSubstr("cannot reach the Serf agent at " + address + ": Connection refused"));
  EXPECT_EQ(client.state(), connection_state::closed);
}

TEST(refused_port, is_what_a_call_with_a_short_deadline_fails_of) {
  serf::client client(options_for(refused_address()));
  const auto why = expect<connection_error>([&] { client.members({}, 700ms).get(); });
  EXPECT_THAT(why.message, HasSubstr("Connection refused"));
  EXPECT_EQ(why.command, "members");
  EXPECT_EQ(why.sent, sent::no);
}

TEST(refused_port, does_not_keep_a_client_from_being_destroyed_at_once) {
  for (int i = 0; i < 50; ++i) const serf::client client(options_for(refused_address()));
}

TEST(black_holed_address, is_given_up_at_the_deadline_of_each) {
  const testing::black_hole hole;
  serf::client client(options_for(hole.address()).connect_timeout(500ms));
  const auto early = expect<connection_error>([&] { client.stats(50ms).get(); });
  EXPECT_THAT(early.message, HasSubstr("no connection within 50 ms"));
  EXPECT_THAT(early.message, HasSubstr(hole.address()));
  const auto why = expect<connection_error>([&] { client.ready().get(); });
  EXPECT_EQ(why.code, errc::unreachable);
  EXPECT_THAT(why.message, HasSubstr(hole.address()));
  EXPECT_THAT(why.message, HasSubstr("500 ms"));
}

TEST(black_holed_address, does_not_hold_up_the_end_of_a_client) {
  const testing::black_hole hole;
  std::future<std::vector<member>> asked;
  const auto start = clock::now();
  {
    serf::client client(options_for(hole.address()).connect_timeout(1h));
    asked = client.members({}, 1h);
  }
  EXPECT_LT(clock::now() - start, 10s);
  EXPECT_EQ(expect<connection_error>([&] { asked.get(); }).code, errc::client_closed);
}

TEST(peer, that_speaks_http_is_told_from_an_agent) {
  const fake_agent server(fake_agent_options().greeting(
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400"));
  serf::client client(options_for(server.address()));
  const auto why = expect<protocol_error>([&] { client.ready().get(); });
  EXPECT_THAT(why.message, HasSubstr(server.address()));
  EXPECT_THAT(why.message, HasSubstr("HTTP"));
  expect<protocol_error>([&] { client.members().get(); });
}

TEST(peer, that_accepts_and_says_nothing_is_given_up) {
  const fake_agent silent(fake_agent_options().never_read());
  serf::client client(options_for(silent.address()).connect_timeout(200ms));
  const auto why = expect<connection_error>([&] { client.ready().get(); });
  EXPECT_THAT(why.message, HasSubstr("no answer to the handshake"));
}

TEST(peer, that_hangs_up_during_the_handshake_is_reported) {
  fake_agent agent;
  agent.on("handshake").close_connection();
  serf::client client(options_for(agent.address()));
  EXPECT_EQ(expect<connection_error>([&] { client.ready().get(); }).code, errc::connection_lost);
}

TEST(peer, of_another_version_is_reported) {
  fake_agent agent;
  agent.on("handshake").reply_error("Unsupported IPC version");
  serf::client client(options_for(agent.address()));
  EXPECT_EQ(expect<protocol_error>([&] { client.ready().get(); }).code, errc::version_unsupported);
}

class conversation_cut : public ::testing::TestWithParam<cut> {};

// Wherever an answer breaks off, and however, both calls fail, each once, and nothing hangs.
TEST_P(conversation_cut, fails_every_call_wherever_an_answer_breaks_off) {
  for (std::size_t bytes = 0; bytes < 60; bytes += 3) {
    fake_agent agent;
    serf::client client(options_for(agent.address()));
    client.ready().get();
    agent.cut_next_reply_after(bytes, GetParam());
    auto members = client.members({}, 2s);
    auto stats = client.stats(2s);
    expect<connection_error>([&] { members.get(); });
    expect<connection_error>([&] { stats.get(); });
  }
}
INSTANTIATE_TEST_SUITE_P(by, conversation_cut, ::testing::Values(cut::close, cut::reset),
                         [](const auto& which) {
                           return which.param == cut::close ? "fin" : "rst";
                         });

TEST(agent, that_stops_within_an_answer_makes_the_call_time_out) {
  fake_agent agent;
  serf::client client(options_for(agent.address()));
  client.ready().get();
  agent.cut_next_reply_after(20, cut::stop);
  expect<timeout_error>([&] { client.members({}, 100ms).get(); });
}

TEST(agent, that_sends_byte_by_byte_is_understood) {
  fake_agent agent;
  agent.send_one_byte_at_a_time();
  serf::client client(options_for(agent.address()));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.members().get().at(0).name, "n1");
}

TEST(agent, whose_answer_cannot_be_read_fails_that_call_alone) {
  fake_agent agent;
  agent.on("members").once().reply(testing::fake_value("no members"));
  serf::client client(options_for(agent.address()));
  const auto why = expect<protocol_error>([&] { client.members().get(); });
  EXPECT_EQ(why.command, "members");
  EXPECT_EQ(client.members().get().size(), 1U);
}

TEST(agent, that_answers_what_was_never_asked_is_left) {
  fake_agent agent;
  agent.on("stats").reply_with_seq(4711);
  serf::client client(options_for(agent.address()));
  const auto why = expect<protocol_error>([&] { client.stats().get(); });
  EXPECT_THAT(why.message, HasSubstr("4711"));
}

TEST(agent, that_answers_twice_is_left) {
  fake_agent agent;
  agent.on("event").reply_twice();
  serf::client client(options_for(agent.address()));
  client.event("deploy").get();
  EXPECT_TRUE(testing::wait_until([&] { return client.state() == connection_state::closed; }, 10s));
  expect<protocol_error>([&] { client.members().get(); });
}

TEST(agent, that_sends_noise_is_left) {
  fake_agent agent;
  serf::client client(options_for(agent.address()));
  client.ready().get();
  agent.send_raw(std::string(65536, '\xc1'));
  expect<protocol_error>([&] { client.members().get(); });
}

TEST(agent, whose_answer_is_too_large_is_left) {
  fake_agent agent;
  agent.on("members").reply_raw(
      "\x82\xa5"
      "Error\xa0\xa3"
      "Seq\x01\xdb\xff\xff\xff\xff");
  serf::client client(options_for(agent.address()));
  const auto why = expect<protocol_error>([&] { client.members().get(); });
  EXPECT_EQ(why.code, errc::limit_exceeded);
}

TEST(agent, that_knows_not_the_command_says_so_before_it_hangs_up) {
  fake_agent agent;
  agent.on("get-coordinate").reply_error("Unsupported command");
  serf::client client(options_for(agent.address()));
  EXPECT_EQ(expect<agent_error>([&] { client.get_coordinate("n1").get(); }).code,
            errc::unsupported_command);
}

TEST(agent, that_does_not_read_overloads_the_client_and_nothing_else) {
  fake_agent agent;
  serf::client client(options_for(agent.address()).max_unsent_bytes(1U << 20U).call_timeout(1s));
  client.ready().get();
  agent.freeze();
  std::vector<std::future<void>> calls;
  std::size_t overloaded = 0;
  for (int i = 0; i < 4000; ++i) calls.push_back(client.event("deploy", std::string(8000, 'x')));
  for (auto& each : calls) {
    try {
      each.get();
      ADD_FAILURE() << "a frozen agent answered";
    } catch (const timeout_error&) {
    } catch (const error& error) {
      EXPECT_EQ(error.code(), errc::overloaded);
      EXPECT_EQ(error.failure().sent, sent::no);
      ++overloaded;
    }
  }
  EXPECT_GT(overloaded, 0U);
  EXPECT_LT(overloaded, calls.size());
}

TEST(agent, that_is_gone_does_not_raise_sigpipe) {
  static volatile sig_atomic_t raised = 0;
  struct sigaction noting = {}, before = {};
  noting.sa_handler = [](int) { raised = 1; };
  ::sigaction(SIGPIPE, &noting, &before);
  fake_agent agent;
  serf::client client(options_for(agent.address()));
  client.ready().get();
  agent.reset_connections();
  for (int i = 0; i < 100; ++i) {
    expect<connection_error>([&] { client.event("deploy", std::string(400, 'x')).get(); });
  }
  ::sigaction(SIGPIPE, &before, nullptr);
  EXPECT_EQ(raised, 0);
}

TEST(argument, that_no_agent_takes_is_refused_by_name) {
  const auto refusal = [](auto call) -> std::string {
    try {
      call();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "nothing";
  };
  EXPECT_THAT(refusal([] { serf::client client(""); }), HasSubstr("agent address \"\": no port"));
  EXPECT_THAT(refusal([] { serf::client client(":7373"); }), HasSubstr("no host"));
  EXPECT_THAT(refusal([] { serf::client client("localhost:0"); }), HasSubstr("\"localhost:0\""));
  EXPECT_THAT(refusal([] { serf::client client(client_options().connect_timeout(0s)); }),
              HasSubstr("connect_timeout"));

  fake_agent agent;
  serf::client client(options_for(agent.address()));
  EXPECT_THAT(refusal([&] { client.event("").get(); }), HasSubstr("event: the name is empty"));
  EXPECT_THAT(refusal([&] { client.tags(tag_changes().set("a", "1").remove("a")).get(); }),
              HasSubstr("\"a\""));

  const auto created = serf::client::create(client_options("localhost"));
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, errc::invalid_argument);
  EXPECT_TRUE(serf::client::create(options_for(agent.address())));
}

TEST(argument, from_the_environment_is_refused_by_the_variable_it_came_from) {
  ::setenv("SERF_RPC_ADDR", "no-port-here", 1);
  const auto created = serf::client::create(client_options::from_environment());
  ::unsetenv("SERF_RPC_ADDR");
  ASSERT_FALSE(created);
  EXPECT_THAT(created.error().message, HasSubstr("SERF_RPC_ADDR \"no-port-here\""));
}

}  // namespace
}  // namespace serf
