// A lost connection is rebuilt: what waits, what fails, and who is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "component/changes.hpp"
#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using state = connection_state;
using ::testing::ElementsAre;
using testing::fake_agent;
using testing::fake_agent_options;
using testing::fake_member;
using ::testing::HasSubstr;
using ::testing::Not;

reconnect_options quick() { return reconnect_options().initial_delay(5ms).max_delay(20ms); }

client_options options_for(const fake_agent& agent) {
  return client_options(agent.address()).reconnect(quick());
}

// Ready, and then without an agent until that accepts connections again.
void cut_off(client& client, fake_agent& agent) {
  client.ready().get();
  agent.refuse_connections();
  agent.close_connections();
  ASSERT_TRUE(testing::wait_until([&] { return client.state() != state::ready; }, 20s));
}

template <class T>
failure failure_of(std::future<T> call) {
  try {
    call.get();
  } catch (const error& caught) {
    return caught.failure();
  }
  ADD_FAILURE() << "no exception";
  return {};
}

TEST(reconnect, serves_later_calls) {
  fake_agent agent;
  client client(options_for(agent));
  client.ready().get();
  for (std::size_t i = 1; i <= 20; ++i) {
    agent.close_connections();
    ASSERT_TRUE(agent.wait_for_connections(i + 1, 20s));
    EXPECT_EQ(client.members().get().size(), 1U);
  }
}

TEST(reconnect, lets_calls_wait_for_the_next_connection) {
  fake_agent agent;
  client client(options_for(agent));
  cut_off(client, agent);
  auto members = client.members();
  auto joined = client.join("127.0.0.1:1");  // over another connection
  auto ready = client.ready();
  agent.accept_connections();
  EXPECT_EQ(members.get().size(), 1U);
  EXPECT_EQ(joined.get(), 1);
}

TEST(reconnect, fails_what_was_sent_and_never_sends_it_again) {
  fake_agent agent;
  client client(options_for(agent));
  agent.on("event").stay_silent();
  auto event = client.event("deploy", "v1");
  ASSERT_TRUE(agent.wait_for_request("event", 20s));
  agent.close_connections();
  const auto why = failure_of(std::move(event));
  EXPECT_EQ(why.code, errc::connection_lost);
  EXPECT_EQ(why.sent, sent::maybe);
  client.stats().get();
  EXPECT_EQ(agent.requests("event").size(), 1U);
}

TEST(reconnect, tells_a_call_that_waited_in_vain_what_the_last_attempt_failed_of) {
  fake_agent agent;
  client client(options_for(agent));
  changes heard;
  const auto kept = client.on_connection(heard.handler());
  cut_off(client, agent);
  ASSERT_TRUE(heard.wait_for_reason("Connection refused", 20s));
  for (auto& call : {failure_of(client.stats(200ms)),
                     failure_of(client.tags(tag_changes().set("a", "b"), 200ms))}) {
    EXPECT_EQ(call.code, errc::unreachable);
    EXPECT_EQ(call.sent, sent::no);
    EXPECT_THAT(call.message, HasSubstr("no connection within 200 ms"));
    EXPECT_THAT(call.message, HasSubstr("Connection refused"));
  }
}

TEST(reconnect, fails_calls_that_cannot_wait_at_once) {
  fake_agent agent;
  client client(options_for(agent));
  cut_off(client, agent);
  const auto hurried = call_options(20s).fail_fast(true);
  EXPECT_EQ(failure_of(client.stats(hurried)).code, errc::unreachable);
  EXPECT_EQ(failure_of(client.leave(hurried)).code, errc::unreachable);
}

TEST(reconnect, tells_each_change_of_the_connection) {
  fake_agent agent;
  agent.on("handshake").once().hold();
  changes heard;
  client client(options_for(agent));
  const auto kept = client.on_connection(heard.handler());
  ASSERT_TRUE(heard.wait_for(state::connecting, 20s));
  agent.release();
  client.ready().get();
  ASSERT_TRUE(heard.wait_for(state::ready, 20s));
  agent.close_connections();
  ASSERT_TRUE(heard.wait_for(state::ready, 20s, 2));
  client.close();
  ASSERT_TRUE(heard.wait_for(state::closed, 20s));
  EXPECT_THAT(heard.states(),
              ElementsAre(state::connecting, state::ready, state::lost, state::waiting,
                          state::connecting, state::ready, state::closed));
  const auto all = heard.all();
  EXPECT_THAT(all[2].reason, HasSubstr("closed the connection"));
  EXPECT_GE(all[3].delay, 4ms);
  EXPECT_LE(all[3].delay, 6ms);
  for (const auto& each : all) EXPECT_EQ(each.endpoint, agent.address());
}

TEST(reconnect, tells_ready_once_every_endpoint_was_tried_and_goes_on_trying) {
  fake_agent first, second;
  first.refuse_connections();
  second.refuse_connections();
  client client(client_options().endpoints({first.address(), second.address()}).reconnect(quick()));
  EXPECT_THAT(failure_of(client.ready(20s)).message, HasSubstr("Connection refused"));
  second.accept_connections();
  EXPECT_EQ(client.members().get().size(), 1U);
  client.ready().get();
  EXPECT_EQ(first.connections_accepted(), 0U);
}

TEST(reconnect, takes_the_next_endpoint_where_the_first_is_gone) {
  fake_agent first, second;
  client client(client_options().endpoints({first.address(), second.address()}).reconnect(quick()));
  auto events = client.stream("user").get();
  EXPECT_EQ(first.wait_for_live(1, 20s), true);
  first.refuse_connections();
  first.close_connections();
  ASSERT_TRUE(second.wait_for_live(1, 20s));
  EXPECT_TRUE(std::holds_alternative<gap>(*events.next()));
  second.push_user_event({"deploy"});
  EXPECT_EQ(std::get<user_event>(*events.next()).name, "deploy");
  client.join("127.0.0.1:1").get();  // over a further connection, which goes there, too
  EXPECT_EQ(second.requests("join").size(), 1U);
}

TEST(reconnect, warns_of_an_endpoint_that_is_of_another_cluster) {
  const auto cluster = [](const std::string& name) {
    return fake_agent_options().member(fake_member(name));
  };
  fake_agent first(cluster("a1")), other(cluster("b1"));
  changes heard;
  client client(client_options().endpoints({first.address(), other.address()}).reconnect(quick()));
  const auto kept = client.on_connection(heard.handler());
  ASSERT_TRUE(first.wait_for_request("members", 20s));
  client.stats().get();
  first.close_connections();
  ASSERT_TRUE(heard.wait_for_reason("it is of another cluster", 20s));
  EXPECT_THAT(heard.all().back().reason, HasSubstr(other.address()));
  EXPECT_EQ(client.state(), state::ready);
}

TEST(reconnect, does_not_warn_where_members_are_shared) {
  const auto cluster = fake_agent_options().members({fake_member("a1"), fake_member("a2")});
  fake_agent first(cluster), second(cluster);
  changes heard;
  client client(client_options().endpoints({first.address(), second.address()}).reconnect(quick()));
  const auto kept = client.on_connection(heard.handler());
  ASSERT_TRUE(first.wait_for_request("members", 20s));
  client.stats().get();
  first.close_connections();
  ASSERT_TRUE(second.wait_for_request("members", 20s));
  client.stats().get();  // behind it
  for (const auto& each : heard.all()) EXPECT_THAT(each.reason, Not(HasSubstr("cluster")));
}

TEST(reconnect, ends_with_a_wrong_key_or_version_and_does_not_try_again) {
  fake_agent locked(fake_agent_options().auth_key("right"));
  client stranger(options_for(locked).auth_key("wrong"));
  EXPECT_EQ(failure_of(stranger.ready()).code, errc::auth_rejected);
  EXPECT_EQ(stranger.state(), state::closed);
  EXPECT_EQ(locked.connections_accepted(), 1U);

  fake_agent modern;
  modern.on("handshake").reply_error("Unsupported IPC version");
  client old(options_for(modern));
  EXPECT_EQ(failure_of(old.ready()).code, errc::version_unsupported);
  EXPECT_EQ(old.state(), state::closed);
  EXPECT_EQ(modern.connections_accepted(), 1U);
}

TEST(reconnect, ends_after_as_many_attempts_as_it_was_given) {
  fake_agent agent;
  agent.refuse_connections();
  changes heard;
  client client(client_options(agent.address()).reconnect(quick().max_attempts(3)));
  const auto kept = client.on_connection(heard.handler());
  EXPECT_THAT(failure_of(client.stats()).message, HasSubstr("Connection refused"));
  ASSERT_TRUE(heard.wait_for(state::closed, 20s));
  EXPECT_EQ(heard.last(state::lost).attempt, 3);
}

TEST(reconnect, makes_the_agent_wait_longer_each_time) {
  fake_agent agent;
  changes heard;
  client client(client_options(agent.address())
                    .reconnect(reconnect_options().initial_delay(2ms).max_delay(16ms).jitter(0)));
  const auto kept = client.on_connection(heard.handler());
  ASSERT_TRUE(heard.wait_for(state::ready, 20s));
  agent.refuse_connections();
  agent.close_connections();
  ASSERT_TRUE(heard.wait_for(state::waiting, 20s, 5));
  std::vector<std::chrono::nanoseconds> delays;
  for (const auto& each : heard.all()) {
    if (each.state == state::waiting) delays.push_back(each.delay);
  }
  delays.resize(5);
  EXPECT_THAT(delays, ElementsAre(2ms, 4ms, 8ms, 16ms, 16ms));
}

TEST(reconnect, ends_at_once_where_the_client_does_while_it_waits) {
  fake_agent agent;
  agent.refuse_connections();
  client client(client_options(agent.address())
                    .reconnect(reconnect_options().initial_delay(1h).max_delay(1h)));
  auto call = client.stats(20s);
  EXPECT_THAT(failure_of(client.ready()).message, HasSubstr("Connection refused"));
  client.close();
  EXPECT_EQ(failure_of(std::move(call)).code, errc::client_closed);
}

TEST(reconnect, reports_its_own_leave_and_finds_the_agent_that_comes_back) {
  fake_agent agent;
  changes heard;
  client client(options_for(agent));
  const auto kept = client.on_connection(heard.handler());
  client.leave().get();
  ASSERT_TRUE(heard.wait_for(state::lost, 20s));
  for (const auto& each : heard.all()) {
    if (each.state == state::lost) {
      EXPECT_THAT(each.reason, HasSubstr("has left the cluster"));
      break;
    }
  }
  agent.accept_connections();  // started again
  EXPECT_EQ(client.members().get().size(), 1U);
}

TEST(a_heartbeat, finds_an_agent_that_is_frozen) {
  fake_agent frozen, other;
  client client(client_options()
                    .endpoints({frozen.address(), other.address()})
                    .heartbeat(50ms)
                    .heartbeat_timeout(1s)
                    .reconnect(quick()));
  changes heard;
  const auto kept = client.on_connection(heard.handler());
  client.ready().get();
  frozen.freeze();
  ASSERT_TRUE(heard.wait_for(state::lost, 20s));
  EXPECT_THAT(heard.last(state::lost).reason, HasSubstr("nor answered a heartbeat"));
  EXPECT_EQ(client.members().get().size(), 1U);
  EXPECT_FALSE(other.requests("members").empty());
}

TEST(a_heartbeat, is_a_stop_of_nothing_sent_after_silence_alone) {
  fake_agent agent;
  client client(options_for(agent).heartbeat(100ms));
  client.ready().get();
  ASSERT_TRUE(agent.wait_for_request("stop", 20s, 2));
  EXPECT_EQ(agent.requests("stop").front().body["Stop"].number(), ~std::uint64_t{0});
  EXPECT_EQ(client.state(), state::ready);
}

TEST(a_heartbeat, costs_nothing_while_anything_comes) {
  fake_agent agent;
  client client(options_for(agent).heartbeat(300ms));
  auto events = client.stream("user").get();
  using clock = std::chrono::steady_clock;
  // On a busy machine there may be a silence that was not meant: then it is tried again.
  for (int tries = 1;; ++tries) {
    const auto stops = agent.requests("stop").size();
    const auto until = clock::now() + 1s;
    clock::duration longest_silence{};
    for (auto heard = clock::now(); heard < until;) {
      agent.push_user_event({"tick"});
      ASSERT_TRUE(events.next_for(20s));
      const auto now = clock::now();
      longest_silence = std::max(longest_silence, now - std::exchange(heard, now));
    }
    if (longest_silence > 150ms && tries < 20) continue;
    EXPECT_LT(longest_silence, 150ms);
    EXPECT_EQ(agent.requests("stop").size(), stops);
    break;
  }
}

}  // namespace
}  // namespace serf
