// All a fake agent knows, guarded by the lock of its server: whoever has a reference here holds it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <serf/testing/fake_agent_options.hpp>
#include <serf/testing/fake_request.hpp>

#include "testing/fake_body.hpp"
#include "testing/fake_clock.hpp"
#include "testing/fake_cluster.hpp"
#include "testing/fake_coalescing.hpp"
#include "testing/fake_events.hpp"
#include "testing/fake_joins.hpp"
#include "testing/fake_keyring.hpp"
#include "testing/fake_reply.hpp"
#include "testing/fake_script.hpp"
#include "testing/fake_wire.hpp"

namespace serf::testing {

// Lives until its deadline. Connections that saw it in a stream know it by IDs of their own.
struct fake_query {
  std::string name;
  std::size_t connection = 0;  // who asked; 0 is another node
  std::uint64_t seq = 0;
  fake_time deadline = fake_time::max();
  bool answered = false;                                       // by this agent: it answers once
  std::vector<std::pair<std::size_t, std::uint64_t>> seen_as;  // by a connection, as an ID
};

struct fake_connection {
  fake_connection(std::size_t number, int descriptor) : id(number), wire(descriptor) {}

  void send_record(std::uint64_t seq, const fake_value& record);
  // Whether a stream or monitor has as many records unsent as agents keep of one.
  bool is_full(std::uint64_t seq);
  void send_counted(std::uint64_t seq, const fake_value& record);

  std::size_t id;
  fake_wire wire;
  std::string peer;  // its address

  fake_header header;  // agents have one per connection and never clear it
  bool between_header_and_body = false;
  fake_request request;  // what is being read, or held
  bool held = false;
  bool leaving = false;  // it has asked for the leave that is under way

  bool greeted = false;  // the handshake is done
  bool authenticated = false;

  struct monitor {
    std::uint64_t seq = 0;
    int level = 0;
    std::string argument;
  };
  std::map<std::uint64_t, fake_event_filter> streams;
  std::optional<monitor> log_monitor;
  std::map<std::uint64_t, std::deque<std::uint64_t>> unsent_records;  // by stream: where each ends
  std::map<std::uint64_t, std::shared_ptr<fake_query>> seen_queries;
  std::uint64_t last_query_id = 0;
};

// Agents take a while to end. The serf command takes an end that comes with the reply for a
// failure.
constexpr std::chrono::milliseconds after_the_reply{100};

struct fake_state {
  explicit fake_state(const fake_agent_options& options);

  fake_connection* connection(std::size_t id);  // nullptr: not open
  fake_connection* newest();

  // To all streams that take it, at once or, merged with others, in a while; how many those are.
  std::size_t deliver_user_event(fake_user_event event);
  // What a change of a member means to streams and monitors.
  std::size_t tell(const fake_cluster::change& change);
  std::size_t deliver_members(const std::string& kind, const std::vector<fake_member>& members);
  std::size_t deliver_query(const std::shared_ptr<fake_query>& query, const std::string& payload);
  std::size_t deliver_log(const std::string& line);

  // A record of a stream or a monitor; whether it was not dropped, as agents do where a client does
  // not read.
  bool stream_record(fake_connection& to, std::uint64_t seq, const fake_value& record,
                     const char* kind);

  // A line of the agent's own, unless it is to be quiet.
  void log(const std::string& level, const std::string& text);

  void note(const fake_request& request);

  // A record of type ack, response or done for whoever asked; whether it is still there.
  bool send_to_asker(const fake_query& query, const std::string& type, const std::string& from,
                     const std::string& payload);
  void add(const std::shared_ptr<fake_query>& query);
  void finish(const std::shared_ptr<fake_query>& query);  // with done

  fake_time next_due() const;  // max(): nothing waits for the clock
  void pass_time();            // what is due comes about

  void start_again();  // as its next process: nothing of before is left but the members
  // Over after leave_time; the connection is answered then.
  void begin_to_leave(fake_connection& asker);
  // Closes everything, as an agent that has left: new connections at once, others after a while.
  void shut_down(std::chrono::milliseconds linger = {});
  void come_back();  // as its next process

  std::string auth_key;
  const std::string greeting;
  const std::size_t user_event_limit, query_limit;
  const bool never_read, queries_by_hand, quiet_log, forget_requests, drop_records, coalesce;
  const std::chrono::nanoseconds leave_time;
  fake_clock clock;

  // Asked before the agent itself answers a command; nullopt leaves it to the agent. May be empty.
  std::function<std::optional<fake_reply>(const fake_header&, const fake_body&)> commands;

  fake_cluster cluster;
  fake_joins joins;
  fake_keyring keyring;
  fake_user_coalescing held_user_events;
  fake_member_coalescing held_member_events;
  fake_script script;
  std::map<std::pair<std::string, std::string>, std::string> answers;  // of a node to a query
  std::uint64_t event_time = 1, query_time = 1;                        // of the next
  std::deque<std::string> log_backlog;
  std::multimap<fake_time, std::shared_ptr<fake_query>> queries;  // by deadline

  std::vector<std::unique_ptr<fake_connection>> connections;  // oldest first
  std::vector<fake_request> requests;
  std::size_t accepted = 0;
  std::size_t to_turn_away = 0;  // of the next connections
  std::size_t bytes_received = 0;

  void log_start();
  std::size_t streams_that_take(const std::string& kind, const std::string& name) const;
  std::size_t tell_user_event(const fake_user_event& event);
  std::size_t tell_members(const std::string& kind, const std::vector<fake_member>& members);
  void tell_held(fake_time now);  // what is due by then
  void finish_leaving();

  bool frozen = false;
  bool listening = true;                           // as wanted; the loop sees to it
  std::optional<fake_time> left_at;                // a leave is under way
  bool gone = false;                               // between shut_down() and come_back()
  std::optional<std::chrono::milliseconds> pause;  // behind each single byte
  bool dropping = false;                           // within the line that says so
};

}  // namespace serf::testing
