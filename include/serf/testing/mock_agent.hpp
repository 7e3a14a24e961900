// An agent of GoogleMock methods behind a real server on loopback. For those who have GoogleMock:
// nothing else of the test kit includes it.
//
//   NiceMock<mock_agent> agent;
//   EXPECT_CALL(agent, members(_)).WillOnce(Return(std::vector<member>{web_1}));
//   serf::client client(agent.address());
//
// A method without an action, or one that returns agent_reply's default, answers and does what the
// fake agent behind it does: a healthy cluster of one node. All are called on the agent's thread;
// see agent_commands.hpp. Set expectations before what fulfils them is sent. Before
// Mock::VerifyAndClear(&agent), close the client and wait until the agent has seen it go, with
// fake().wait_for_open_connections(0, 5s). The end of the agent waits for a method that runs.
#pragma once

#include <gmock/gmock.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <serf/testing/agent_commands.hpp>
#include <serf/testing/fake_agent.hpp>

namespace serf::testing {

class mock_agent {
 public:
  explicit mock_agent(const fake_agent_options& options = {}) : fake_(options, forwarded_) {
    // Every client does these, by itself: expected even of a StrictMock.
    EXPECT_CALL(*this, handshake).Times(::testing::AnyNumber());
    EXPECT_CALL(*this, stop).Times(::testing::AnyNumber());
  }

  std::string address() const { return fake_.address(); }
  // The agent behind it: for pushing records, for faults, and for what has been seen.
  fake_agent& fake() { return fake_; }

  MOCK_METHOD(agent_verdict, handshake, (int version));
  MOCK_METHOD(agent_verdict, auth, (const std::string& key));
  MOCK_METHOD(agent_reply<std::vector<member>>, members, (const sent_members& filter));
  MOCK_METHOD(agent_reply<int>, join, (const sent_join& join));
  MOCK_METHOD(agent_verdict, leave, ());
  MOCK_METHOD(agent_verdict, force_leave, (const sent_force_leave& force_leave));
  MOCK_METHOD(agent_verdict, tags, (const sent_tags& tags));
  MOCK_METHOD(agent_verdict, event, (const sent_event& event));
  MOCK_METHOD(agent_reply<key_report>, install_key, (const std::string& key));
  MOCK_METHOD(agent_reply<key_report>, use_key, (const std::string& key));
  MOCK_METHOD(agent_reply<key_report>, remove_key, (const std::string& key));
  MOCK_METHOD(agent_reply<key_report>, list_keys, ());
  MOCK_METHOD(agent_reply<agent_stats>, stats, ());
  MOCK_METHOD(agent_reply<std::optional<coordinate>>, get_coordinate, (const std::string& node));
  MOCK_METHOD(agent_verdict, stream, (const std::string& filter));
  MOCK_METHOD(agent_verdict, monitor, (const std::string& level));
  MOCK_METHOD(agent_verdict, stop, (std::uint64_t seq));
  MOCK_METHOD(agent_verdict, query, (const sent_query& query));
  MOCK_METHOD(agent_verdict, respond, (const sent_respond& response));

 private:
  // Not the mock itself: the server's thread may call while a NiceMock is being destroyed.
  class forwarder : public agent_commands {
   public:
    explicit forwarder(mock_agent& to) : to_(to) {}

    agent_verdict handshake(int version) override { return to_.handshake(version); }
    agent_verdict auth(const std::string& key) override { return to_.auth(key); }
    agent_reply<std::vector<member>> members(const sent_members& filter) override {
      return to_.members(filter);
    }
    agent_reply<int> join(const sent_join& join) override { return to_.join(join); }
    agent_verdict leave() override { return to_.leave(); }
    agent_verdict force_leave(const sent_force_leave& sent) override {
      return to_.force_leave(sent);
    }
    agent_verdict tags(const sent_tags& sent) override { return to_.tags(sent); }
    agent_verdict event(const sent_event& sent) override { return to_.event(sent); }
    agent_reply<key_report> install_key(const std::string& key) override {
      return to_.install_key(key);
    }
    agent_reply<key_report> use_key(const std::string& key) override { return to_.use_key(key); }
    agent_reply<key_report> remove_key(const std::string& key) override {
      return to_.remove_key(key);
    }
    agent_reply<key_report> list_keys() override { return to_.list_keys(); }
    agent_reply<agent_stats> stats() override { return to_.stats(); }
    agent_reply<std::optional<coordinate>> get_coordinate(const std::string& node) override {
      return to_.get_coordinate(node);
    }
    agent_verdict stream(const std::string& filter) override { return to_.stream(filter); }
    agent_verdict monitor(const std::string& level) override { return to_.monitor(level); }
    agent_verdict stop(std::uint64_t seq) override { return to_.stop(seq); }
    agent_verdict query(const sent_query& sent) override { return to_.query(sent); }
    agent_verdict respond(const sent_respond& sent) override { return to_.respond(sent); }

   private:
    mock_agent& to_;
  };

  forwarder forwarded_{*this};
  fake_agent fake_;  // the first to end: no method is called after that
};

}  // namespace serf::testing
