// What a fake agent starts with.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <serf/testing/fake_member.hpp>

namespace serf::testing {

class fake_agent_options {
 public:
  // An IPv4 or IPv6 address to listen on: "127.0.0.1", "::1". Port 0: one that is free.
  fake_agent_options& address(std::string v) { return address_ = std::move(v), *this; }
  fake_agent_options& port(int v) { return port_ = v, *this; }

  fake_agent_options& auth_key(std::string v) { return auth_key_ = std::move(v), *this; }

  // The cluster. The first member is the agent itself; without any, there is an "n1".
  fake_agent_options& member(fake_member v) { return members_.push_back(std::move(v)), *this; }
  fake_agent_options& members(std::vector<fake_member> v) { return members_ = std::move(v), *this; }

  // Base64 of the primary key, on every member. Without one the cluster is not encrypted.
  fake_agent_options& encrypt_key(std::string v) { return encrypt_key_ = std::move(v), *this; }

  // Limits in bytes, as agents are configured.
  fake_agent_options& user_event_limit(std::size_t v) { return user_event_limit_ = v, *this; }
  fake_agent_options& query_limit(std::size_t v) { return query_limit_ = v, *this; }

  // A query of a client is acknowledged as a request and then lives until the test says done: no
  // acks, no deadline, no delivery to streams.
  fake_agent_options& queries_by_hand(bool v = true) { return queries_by_hand_ = v, *this; }

  // Time passes when the test says so: fake_agent::advance(). The deadlines of queries and what
  // coalesce() holds and a leave that takes time wait for it; nothing else does.
  fake_agent_options& manual_clock(bool v = true) { return manual_clock_ = v, *this; }

  // Without the lines that agents log of connections, members and events: monitors get what
  // push_log() says and nothing else.
  fake_agent_options& quiet_log(bool v = true) { return quiet_log_ = v, *this; }

  // Keeps no list of the requests, which grows as long as there are any: for programs that go on
  // and on. requests() is empty, and wait_for_request() waits in vain.
  fake_agent_options& forget_requests(bool v = true) { return forget_requests_ = v, *this; }

  // As agents do, holds member events, and user events that may be merged, for one to three seconds
  // of its clock, and merges them: of a user event's name the latest is told, and one record has
  // several members. Without, for tests, each is told at once.
  fake_agent_options& coalesce(bool v = true) { return coalesce_ = v, *this; }

  // As agents do, drops the newest records of a stream or monitor of which 512 wait for a client
  // that does not read, with a line in the log. Without, none is ever lost, and memory is the
  // limit.
  fake_agent_options& drop_records(bool v = true) { return drop_records_ = v, *this; }

  // How long a leave takes that a client asks for, by the agent's clock; real ones take a second or
  // more. Meanwhile commands are answered, and a second leave is refused: then the agent ends at
  // once, and the first has no answer. 0: it is answered at once.
  fake_agent_options& leave_takes(std::chrono::nanoseconds v) { return leave_takes_ = v, *this; }

  // Joining succeeds where a member is that is up, or one is brought by fake_agent::join_brings().
  // Anywhere else it is refused, as where nobody listens. Without, it succeeds everywhere.
  fake_agent_options& only_known_joins(bool v = true) { return only_known_joins_ = v, *this; }

  // Bytes sent to whoever connects, before anything is read: another kind of server.
  fake_agent_options& greeting(std::string v) { return greeting_ = std::move(v), *this; }
  // Accepts and writes, but leaves in the kernel what it is sent.
  fake_agent_options& never_read(bool v = true) { return never_read_ = v, *this; }

 private:
  friend class fake_server;  // for where to listen
  friend struct fake_state;
  std::string address_ = "127.0.0.1";
  int port_ = 0;
  std::string auth_key_, encrypt_key_, greeting_;
  std::vector<fake_member> members_;
  std::size_t user_event_limit_ = 512;
  std::size_t query_limit_ = 1024;
  bool never_read_ = false;
  bool queries_by_hand_ = false;
  bool manual_clock_ = false;
  bool quiet_log_ = false;
  bool forget_requests_ = false;
  bool drop_records_ = false;
  bool coalesce_ = false;
  bool only_known_joins_ = false;
  std::chrono::nanoseconds leave_takes_{0};
};

}  // namespace serf::testing
