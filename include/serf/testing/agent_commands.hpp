// The commands of an agent, to be answered by a test. mock_agent.hpp makes GoogleMock methods of
// them; derive from this one to do it by hand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <serf/agent_stats.hpp>
#include <serf/coordinate.hpp>
#include <serf/key_report.hpp>
#include <serf/member.hpp>
#include <serf/testing/agent_reply.hpp>
#include <serf/testing/agent_requests.hpp>

namespace serf::testing {

// Called for each request that is past handshake and authentication and that no fake_agent::on()
// answers; on the fake agent's thread, one at a time, with no lock held. While one runs, the agent
// serves nobody. It may push records and change members; what it throws is the agent's refusal.
class agent_commands {
 public:
  virtual ~agent_commands() = default;

  virtual agent_verdict handshake(int version);
  virtual agent_verdict auth(const std::string& key);

  virtual agent_reply<std::vector<member>> members(const sent_members& filter);
  virtual agent_reply<int> join(const sent_join& join);  // how many were reached
  virtual agent_verdict leave();
  virtual agent_verdict force_leave(const sent_force_leave& force_leave);
  virtual agent_verdict tags(const sent_tags& tags);
  virtual agent_verdict event(const sent_event& event);

  virtual agent_reply<key_report> install_key(const std::string& key);
  virtual agent_reply<key_report> use_key(const std::string& key);
  virtual agent_reply<key_report> remove_key(const std::string& key);
  virtual agent_reply<key_report> list_keys();

  virtual agent_reply<agent_stats> stats();
  virtual agent_reply<std::optional<coordinate>> get_coordinate(const std::string& node);

  // Accepted, but not as usual: acknowledged, and then nothing comes of it.
  virtual agent_verdict stream(const std::string& filter);
  virtual agent_verdict monitor(const std::string& level);  // TRACE, DEBUG, INFO, WARN, ERR
  virtual agent_verdict stop(std::uint64_t seq);
  virtual agent_verdict query(const sent_query& query);
  virtual agent_verdict respond(const sent_respond& response);
};

}  // namespace serf::testing
