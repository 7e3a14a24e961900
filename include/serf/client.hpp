#pragma once

#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <serf/addresses.hpp>
#include <serf/agent_stats.hpp>
#include <serf/answer.hpp>
#include <serf/call_options.hpp>
#include <serf/client_options.hpp>
#include <serf/connection.hpp>
#include <serf/coordinate.hpp>
#include <serf/error.hpp>
#include <serf/event_filter.hpp>
#include <serf/export.hpp>
#include <serf/handler.hpp>
#include <serf/handlers.hpp>
#include <serf/key_report.hpp>
#include <serf/log.hpp>
#include <serf/member.hpp>
#include <serf/member_filter.hpp>
#include <serf/metrics.hpp>
#include <serf/printable.hpp>
#include <serf/query.hpp>
#include <serf/requests.hpp>
#include <serf/result.hpp>
#include <serf/stream.hpp>
#include <serf/stream_options.hpp>
#include <serf/subscription.hpp>
#include <serf/task.hpp>

namespace serf {

class client_core;

// A client of one Serf agent's RPC interface.
//
// Every call comes in two forms. The future form returns at once; future.get() waits for the
// agent's answer, or throws what <serf/error.hpp> lists. The handler form returns at once too; the
// handler gets a result<T>, exactly once. A handler may follow any prefix of the optional
// arguments:
//
//   serf::client client("127.0.0.1:7373");
//   for (const auto& m : client.members().get()) std::cout << m << '\n';
//   client.event("deploy", "v1.2", [](serf::result<void> done) { ... });
//
// Completion: every call completes exactly once, by its deadline at the latest, also against an
// agent that is frozen, gone or no agent at all. The deadline covers all of it, waiting for the
// connection included; it is client_options::call_timeout (10 s) unless call_options say otherwise
// or the call names another. A call made before the connection is ready, or while a lost one is
// rebuilt, waits for it, and fails with connection_error if that takes too long. What was sent when
// a connection is lost fails, and is never sent again.
//
// A lost connection is rebuilt unless client_options::reconnect says otherwise: with a delay that
// grows, over all endpoints. Streams, logs and answers go on, behind a gap of
// gap_reason::reconnected; queries end.
//
// Arguments that no agent would accept throw std::invalid_argument from the future form; handlers
// get them as a failure, and handler forms never throw.
//
// Limits: a call with a handler counts against client_options::max_pending_calls from when it is
// made until its handler begins to run, its answer included. So while a handler does not return,
// further ones are soon refused with errc::overloaded. They are told in their turn, like all
// handlers: until then the handler itself is kept, and less than 100 bytes beside it. This is all
// that can grow then, by what the caller hands over: who may call without end while a handler is
// stuck uses futures, or counts the handlers not called yet.
//
// Thread safety: every method may be called from any thread at any time, handlers included; only
// moving, assigning and destroying a client must not overlap with other uses of it. After a move
// every call on the client moved from fails with errc::client_closed.
//
// Events, log lines and what comes of queries come in two forms, too: as a stream to drain, and to
// handlers, as long as their subscription lives.
//
//   auto events = client.stream("user").get();
//   while (auto event = events.next()) ...
//   auto kept = client.subscribe("user:deploy", [](const serf::user_event& e) { ... });
//   auto answers = client.answer("load", [](const serf::query_event&) { return "0.7"; });
//
// Threads: two of its own, serf-io and serf-deliver. Handlers and log sinks run on serf-deliver,
// one at a time, with no lock held, or, of a subscription, where its options say; waiting for a
// future inside one works. No code of yours runs on serf-io. Executors are called on a third one,
// serf-executor, that only clients with executors have. Signals are blocked in all.
//
// fork(): the client lives on in the parent, and notices nothing. In the child, every call on it,
// on its streams, subscriptions, queries and tasks fails at once with errc::forked (handlers are
// told on the calling thread), and streams have ended; destroying them closes their descriptors
// there, and leaks the rest. Futures of calls made before the fork never become ready there. A
// client made in the child works. Of a fork in a handler or a task: the child must not return from
// it.
class SERF_EXPORT client {
 public:
  // Starts to connect, and never waits for it: the agent need not be there. Bad options:
  // std::invalid_argument. No thread or descriptor left: std::system_error.
  explicit client(client_options options = {});
  // The same without exceptions.
  static result<client> create(client_options options);

  // close(), and the end of the threads. Within 100 ms plus what a running handler takes, whatever
  // the agent, the network or a name look-up do. Never asks the agent to leave. Inside a handler it
  // does not wait: that handler goes on, the handlers of calls that were still pending are called
  // after it, with errc::client_closed, and then the thread ends.
  ~client();
  client(client&& other) noexcept;
  client& operator=(client&& other) noexcept;

  // Until connected, shaken hands and, with a key, authenticated; or why that did not come about,
  // once every endpoint was tried: the client then goes on trying.
  std::future<void> ready(call_options options = {});
  void ready(handler<void> done, call_options options = {});

  // Does not block, nor ask the agent.
  connection_state state() const noexcept;

  // What this client has done so far, and what is on its way, in numbers. Does not ask the agent;
  // takes each of the client's locks for a moment.
  client_metrics metrics() const;

  // `changed` hears of the current state first, then of each change. It hears of ready twice where
  // the agent of another endpoint is of another cluster: the second time with a warning as reason.
  // While handlers are held up the last 100 changes wait for it; the log says how many were
  // dropped.
  [[nodiscard]] subscription on_connection(handler_of<connection_event> changed);

  // Ends the connection: pending calls fail with errc::client_closed and streams end, tasks are
  // asked to end, then running handlers are waited for, those of the pending calls included, and
  // tasks. Later calls fail at once. May be called again. Inside a handler or a task it waits for
  // none.
  void close();

  // The cluster's members as the agent knows them, in no particular order: all, or those that match
  // the filter. (Agent commands members, members-filtered.)
  std::future<std::vector<member>> members(member_filter filter = {}, call_options options = {});
  void members(handler<std::vector<member>> done, call_options options = {});
  void members(member_filter filter, handler<std::vector<member>> done, call_options options = {});

  // Has the agent join the cluster that these nodes are of; how many of them it could contact. Of
  // an empty list: 0. Where it could contact none: agent_error with errc::join_failed and the
  // agent's reasons. Default deadline: 10 s an address and 5 s.
  std::future<int> join(addresses whom, join_options how = {}, call_options options = {});
  void join(addresses whom, handler<int> done, call_options options = {});
  void join(addresses whom, join_options how, handler<int> done, call_options options = {});

  // Has the agent leave its cluster and end; the connection ends with it. Default deadline: 30 s.
  std::future<void> leave(call_options options = {});
  void leave(handler<void> done, call_options options = {});

  // Has the agent declare a failed node as left. An unknown node is not an error to the agent.
  std::future<void> force_leave(std::string node, force_leave_options how = {},
                                call_options options = {});
  void force_leave(std::string node, handler<void> done, call_options options = {});
  void force_leave(std::string node, force_leave_options how, handler<void> done,
                   call_options options = {});

  // Changes the tags of the agent's own node. Two clients' changes at once may undo each other:
  // the agent reads, changes and writes its tags without a lock. All tags together, encoded: 512
  // bytes at most (errc::tags_too_large).
  std::future<void> tags(tag_changes changes, call_options options = {});
  void tags(tag_changes changes, handler<void> done, call_options options = {});

  // Sends a user event to the cluster. Done once the agent has taken it, not once it is delivered.
  std::future<void> event(user_event_request what, call_options options = {});
  void event(user_event_request what, handler<void> done, call_options options = {});
  std::future<void> event(std::string name, std::string payload, call_options options = {});
  void event(std::string name, std::string payload, handler<void> done, call_options options = {});
  std::future<void> event(std::string name, std::nullptr_t, call_options = {}) = delete;
  void event(std::string name, std::nullptr_t, handler<void>, call_options = {}) = delete;

  // Gossip encryption keys, base64 of 16, 24 or 32 bytes. Every node is asked; where some refuse or
  // stay silent, keyring_error tells which. Installing a key again and removing one that is not
  // there succeed. Default deadline: 30 s.
  std::future<key_report> install_key(std::string key, call_options options = {});
  void install_key(std::string key, handler<key_report> done, call_options options = {});
  std::future<key_report> use_key(std::string key, call_options options = {});
  void use_key(std::string key, handler<key_report> done, call_options options = {});
  std::future<key_report> remove_key(std::string key, call_options options = {});
  void remove_key(std::string key, handler<key_report> done, call_options options = {});
  std::future<key_report> list_keys(call_options options = {});
  void list_keys(handler<key_report> done, call_options options = {});

  // The agent's own view of itself, as `serf info` prints it.
  std::future<agent_stats> stats(call_options options = {});
  void stats(handler<agent_stats> done, call_options options = {});

  // A node's network coordinate; nullopt where the agent knows none. coordinate::distance_to()
  // gives the round-trip time between two nodes.
  std::future<std::optional<coordinate>> get_coordinate(std::string node,
                                                        call_options options = {});
  void get_coordinate(std::string node, handler<std::optional<coordinate>> done,
                      call_options options = {});

  // The events that the filter matches, from the agent's acknowledgement on; the agent repeats no
  // older ones. The future carries the agent's verdict; dropped, it closes its stream without
  // waiting. What is visibly wrong throws std::invalid_argument. Streams of one filter share what
  // the agent sends, so each sees all of it, and closing one does not stop it at once
  // (client_options::stream_linger).
  std::future<event_stream> stream(event_filter filter = "*", stream_options options = {});

  // The agent's log from a level up, over a connection of its own. The agent first repeats up to
  // 512 older lines: log_line::backlog marks them, best effort. It does so by the line that notes
  // this very connection, at level info and below; at the levels above, and where an address is
  // translated on the way, by time: what comes within 200 ms (2 s) of the start.
  std::future<log_stream> monitor(log_level level = log_level::info, stream_options options = {});

  // Asks the cluster, and gives acks and responses as they come. The stream ends as done at the
  // deadline of the query, also where all have answered before; as lost with the connection, or
  // where the agent does not close the query within 2 s of its timeout (30 s, where the agent
  // chose it). A query cannot be cancelled: closing the stream only stops listening.
  // An expression that the agent cannot compile fails with errc::expression_refused: it is tried
  // before the query is sent.
  std::future<query_stream> query(query_request what, stream_options options = {});

  // Asks the cluster, and gives all that came of it when it is over: at its deadline, or as soon as
  // every node that the request names has answered. Once the agent has taken the query there is
  // always a result, unless the client is closed before; query_result::ended tells a query that was
  // done from one whose connection was lost. With a timeout in the call options, that is for all of
  // it. In a handler, where this client itself answers that query on its delivery thread:
  // errc::would_deadlock.
  std::future<query_result> ask(query_request what, call_options options = {});
  void ask(query_request what, handler<query_result> done, call_options options = {});

  // The same three with handlers. They return at once: what went wrong is told to on_start and to
  // subscription::ready(). Of a client moved from, the subscription is one of nothing.
  [[nodiscard]] subscription subscribe(event_filter filter, event_handlers handlers,
                                       stream_options options = {});
  [[nodiscard]] subscription monitor(log_level level, log_handlers handlers,
                                     stream_options options = {});
  [[nodiscard]] subscription query(query_request what, query_handlers handlers,
                                   stream_options options = {});

  // Answers the queries of that name, as long as the subscription lives. Names with a comma cannot
  // be told apart by the agent, and are refused.
  [[nodiscard]] subscription answer(std::string query_name, query_responder responder,
                                    answer_options options = {});

  // Runs `function` on a thread of its own ("serf-task"), until it returns; it is to look at its
  // token. Ends with the client: close() and the destructor ask it to, and wait for it, unless they
  // run inside a task or a handler. What it throws is reported as of a handler. No thread left:
  // std::system_error. Of a client that is closed already, the token says stop from the start; one
  // moved from runs nothing.
  //
  //   auto keepalive = client.spawn([&](serf::stop_token stop) {
  //     while (!stop.wait_for(60s)) client.event("keepalive").get();
  //   });
  [[nodiscard]] task spawn(basic_handler<stop_token> function);

  // Calls `function` on the delivery thread once in each period, as long as the subscription lives
  // and the client is not closed; it may take a subscription_ref. Without drift: the calls keep to
  // the multiples of the period, and one that handlers held up for a whole period is left out. A
  // period of zero or less: std::invalid_argument.
  template <class F>
  [[nodiscard]] subscription every(duration period, F function) {
    if constexpr (std::is_invocable_v<F&, subscription_ref>) {
      return call_every(period, std::move(function));
    } else {
      return call_every(period,
                        [f = std::move(function)](const subscription_ref&) mutable { f(); });
    }
  }

 private:
  explicit client(std::shared_ptr<client_core> core) noexcept;
  subscription call_every(duration period, basic_handler<subscription_ref> function);

  std::shared_ptr<client_core> core_;
};

}  // namespace serf
