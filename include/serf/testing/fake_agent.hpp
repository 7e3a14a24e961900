// A Serf agent inside the test process: real sockets, its own encoder, an agent's habits, and every
// fault at a word. It shares no code with the library under test.
//
//   fake_agent agent(fake_agent_options().member(fake_member("n1", {{"role", "web"}})));
//   agent.on("stats").once().reply_error("not today");
//   ... connect a client to agent.address() ...
//   ASSERT_TRUE(agent.wait_for_request("stats", 5s));
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <serf/testing/fake_agent_options.hpp>
#include <serf/testing/fake_override.hpp>
#include <serf/testing/fake_request.hpp>
#include <serf/testing/fake_user_event.hpp>

namespace serf::testing {

class agent_commands;
class fake_server;

// Every method may be called from any thread and has taken effect when it returns: what a client
// sends afterwards meets it.
class fake_agent {
 public:
  using milliseconds = std::chrono::milliseconds;

  // Listens when it returns; std::system_error when it cannot.
  explicit fake_agent(const fake_agent_options& options = {});
  // Asks `commands` first, which must outlive it: see agent_commands.hpp.
  fake_agent(const fake_agent_options& options, agent_commands& commands);
  ~fake_agent();  // closes everything, whatever is held or frozen
  fake_agent(const fake_agent&) = delete;
  fake_agent& operator=(const fake_agent&) = delete;

  std::string address() const;  // "127.0.0.1:1234", "[::1]:1234"
  const std::string& host() const;
  int port() const;

  // --- Answers other than an agent's: see fake_override ---
  fake_override on(std::string command);
  fake_override on_any();
  void cut_next_reply_after(std::size_t bytes, cut then);
  void release();  // answers what hold() holds, and ends the holding

  // --- Faults of the connection ---
  void freeze();  // the kernel accepts and keeps bytes; nobody reads, answers or ends anything
  void thaw();
  void close_connections();       // FIN on all, now
  void reset_connections();       // RST on all, now
  void refuse_connections();      // those that are open go on
  void accept_connections();      // again, on the same port; an agent that left is back, too
  void refuse_next_connection();  // it is accepted, and reset at once
  // All connections are closed, and a new process answers on the same port: no streams, no queries,
  // IDs from 1 again. What on() was told holds.
  void restart();
  void restart_with_key(std::string auth_key);
  void send_one_byte_at_a_time(milliseconds pause = milliseconds(0));
  void send_all_at_once();
  void send_noise(std::size_t bytes, std::uint32_t seed);  // the same for the same seed, to all
  void send_raw(const std::string& bytes);                 // to all that are open, right now
  void send_raw_to_newest(const std::string& bytes);
  void send_raw_to(std::size_t connection, const std::string& bytes);

  // --- The clock of manual_clock() ---
  void advance(std::chrono::nanoseconds by);  // what is due by then has come about

  // --- The cluster, with the events that streams get and the lines that monitors get ---
  // Each returns how many streams take the event, now or, with coalesce(), in a while. Of an
  // unknown name: std::invalid_argument. Alive: new, or come back, with the address, coordinate and
  // tags it had where these are default.
  std::size_t join(const fake_member& member);
  std::size_t fail(const std::string& name);
  std::size_t leave(const std::string& name);  // of the agent itself: it ends, as after SIGINT
  std::size_t update_tags(const std::string& name,
                          const fake_member::tag_map& tags);  // all of them
  std::size_t reap(const std::string& name);
  // From here on this node, if it is alive and meant, answers each query of that name at once.
  void answer(const std::string& node, const std::string& query, const std::string& payload);

  // --- Keys: what makes a command fail on some nodes ---
  // It answers no key command; where real agents would wait for it, the report comes at once.
  void silence_keys(const std::string& node, bool silent = true);
  void lose_key(const std::string& node, const std::string& key);  // until it is installed again

  // --- The cluster, without a word ---
  std::vector<fake_member> members() const;    // the first is the agent itself
  void set_member(const fake_member& member);  // new, or in place of its namesake; no event
  void remove_member(const std::string& name);
  void fail_join(const std::string& address);  // joining this address is refused
  // A client that has the agent join this address, "127.0.0.9:7946", brings these members into the
  // cluster, of which the first lives there. Again: these, too. An IP address with a port, or
  // std::invalid_argument.
  void join_brings(const std::string& address, const std::vector<fake_member>& members);

  // --- Records, to all streams that take them; returns how many do ---
  std::size_t push_user_event(const fake_user_event& event);
  // So many user events at once, with payloads "1", "2" and so on.
  std::size_t push_burst(std::size_t records, const std::string& name = "burst");
  std::size_t push_member_event(const std::string& kind, const std::vector<fake_member>& members);
  std::size_t push_log(const std::string& line);  // also kept for monitors that start later
  // Of another node. Clients can respond until it is over, by the fake's clock; 0: after as long as
  // agents choose, some seconds. With queries_by_hand() it is over when the test says so.
  std::size_t push_query(const std::string& name, const std::string& payload = "",
                         std::chrono::nanoseconds timeout = std::chrono::minutes(1));
  void expire_queries();  // all are over; done for those of clients

  // For the queries that clients have asked and that are not done.
  std::size_t push_ack(const std::string& from);
  std::size_t push_response(const std::string& from, const std::string& payload = "");
  std::size_t push_done();

  // Any record with any Seq, also one that is stopped or was never issued; false: not open.
  bool push_record(std::size_t connection, std::uint64_t seq, const fake_value& record);

  // --- What has been seen ---
  bool has_left() const;  // the cluster, as a client or a test had it do, and it is not back
  std::vector<fake_request> requests() const;  // oldest first
  std::vector<fake_request> requests(const std::string& command) const;
  // The nth request of this command, counted from 1 and from the start; nullopt: it did not come.
  std::optional<fake_request> wait_for_request(const std::string& command, milliseconds timeout,
                                               std::size_t nth = 1) const;
  std::vector<fake_live> live() const;
  bool wait_for_live(std::size_t count, milliseconds timeout) const;  // exactly so many

  std::size_t connections_accepted() const;  // ever
  std::size_t connections_open() const;
  bool wait_for_connections(std::size_t accepted, milliseconds timeout) const;   // at least
  bool wait_for_open_connections(std::size_t open, milliseconds timeout) const;  // exactly
  std::size_t bytes_received() const;
  bool wait_for_bytes(std::size_t received, milliseconds timeout) const;  // at least

 private:
  std::unique_ptr<fake_server> server_;
};

}  // namespace serf::testing
