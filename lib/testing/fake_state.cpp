#include "testing/fake_state.hpp"

#include <algorithm>
#include <utility>

#include <serf/testing/fake_encoding.hpp>

#include "testing/fake_log.hpp"

namespace serf::testing {
namespace {

constexpr std::size_t log_backlog_size = 512;
constexpr std::size_t stream_queue_size = 512;

}  // namespace

void fake_connection::send_record(std::uint64_t seq, const fake_value& record) {
  wire.send(encode_message(seq, "", record));
}

bool fake_connection::is_full(std::uint64_t seq) {
  auto& unsent = unsent_records[seq];
  while (!unsent.empty() && unsent.front() <= wire.written_total()) unsent.pop_front();
  return unsent.size() >= stream_queue_size;
}

void fake_connection::send_counted(std::uint64_t seq, const fake_value& record) {
  send_record(seq, record);
  unsent_records[seq].push_back(wire.queued_total());
}

fake_state::fake_state(const fake_agent_options& options)
    : auth_key(options.auth_key_),
      greeting(options.greeting_),
      user_event_limit(options.user_event_limit_),
      query_limit(options.query_limit_),
      never_read(options.never_read_),
      queries_by_hand(options.queries_by_hand_),
      quiet_log(options.quiet_log_),
      forget_requests(options.forget_requests_),
      drop_records(options.drop_records_),
      coalesce(options.coalesce_),
      leave_time(options.leave_takes_),
      clock(options.manual_clock_),
      cluster(options.members_),
      joins(options.only_known_joins_),
      keyring(options.encrypt_key_) {
  log_start();
}

void fake_state::log_start() {
  log("INFO", "agent: Serf agent starting");
  for (const auto& member : cluster.members()) {
    log("INFO", "serf: " + logged_event("member-join", member));
  }
}

fake_connection* fake_state::connection(std::size_t id) {
  for (const auto& one : connections) {
    if (one->id == id && !one->wire.ended()) return one.get();
  }
  return nullptr;
}

fake_connection* fake_state::newest() {
  return connections.empty() ? nullptr : connections.back().get();
}

std::size_t fake_state::deliver_user_event(fake_user_event event) {
  if (event.ltime == 0) event.ltime = event_time;
  event_time = std::max(event_time, event.ltime + 1);
  log("DEBUG", "serf: messageUserEventType: " + event.name);
  if (!coalesce || !event.coalesce) return tell_user_event(event);
  held_user_events.add(event, clock.now());
  return streams_that_take("user", event.name);
}

std::size_t fake_state::streams_that_take(const std::string& kind, const std::string& name) const {
  std::size_t count = 0;
  for (const auto& one : connections) {
    for (const auto& [seq, filter] : one->streams) {
      if (filter.takes(kind, name)) ++count;
    }
  }
  return count;
}

std::size_t fake_state::tell_user_event(const fake_user_event& event) {
  log("INFO", "agent: Received event: user-event: " + event.name);
  const auto record = to_record(event);
  std::size_t reached = 0;
  for (const auto& one : connections) {
    for (const auto& [seq, filter] : one->streams) {
      if (!filter.takes("user", event.name)) continue;
      if (stream_record(*one, seq, record, "event")) ++reached;
    }
  }
  return reached;
}

std::size_t fake_state::deliver_members(const std::string& kind,
                                        const std::vector<fake_member>& members) {
  const auto record = member_record(kind, members);
  std::size_t reached = 0;
  for (const auto& one : connections) {
    for (const auto& [seq, filter] : one->streams) {
      if (!filter.takes(kind, "")) continue;
      if (stream_record(*one, seq, record, "event")) ++reached;
    }
  }
  return reached;
}

std::size_t fake_state::tell(const fake_cluster::change& change) {
  log("INFO", "serf: " + logged_event(change.kind, change.member));
  if (!coalesce) return tell_members(change.kind, {change.member});
  held_member_events.add(change.kind, change.member, clock.now());
  return streams_that_take(change.kind, "");
}

std::size_t fake_state::tell_members(const std::string& kind,
                                     const std::vector<fake_member>& members) {
  log("INFO", "agent: Received event: " + kind);
  return deliver_members(kind, members);
}

void fake_state::tell_held(fake_time now) {
  if (held_member_events.due() <= now) {
    for (const auto& event : held_member_events.take()) tell_members(event.kind, event.members);
  }
  if (held_user_events.due() <= now) {
    for (const auto& event : held_user_events.take()) tell_user_event(event);
  }
}

std::size_t fake_state::deliver_query(const std::shared_ptr<fake_query>& query,
                                      const std::string& payload) {
  const auto ltime = query_time++;
  log("INFO", "agent: Received event: query: " + query->name);
  std::size_t reached = 0;
  for (const auto& one : connections) {
    for (const auto& [seq, filter] : one->streams) {
      if (!filter.takes("query", query->name)) continue;
      const auto id = ++one->last_query_id;
      one->seen_queries[id] = query;
      query->seen_as.emplace_back(one->id, id);
      const auto record = query_record(id, ltime, query->name, payload);
      if (stream_record(*one, seq, record, "event")) ++reached;
    }
  }
  return reached;
}

std::size_t fake_state::deliver_log(const std::string& line) {
  log_backlog.push_back(line);
  if (log_backlog.size() > log_backlog_size) log_backlog.pop_front();
  std::size_t reached = 0;
  for (const auto& one : connections) {
    if (!one->log_monitor || !passes_level(line, one->log_monitor->level)) continue;
    if (stream_record(*one, one->log_monitor->seq, log_record(line), "logs")) ++reached;
  }
  return reached;
}

bool fake_state::stream_record(fake_connection& to, std::uint64_t seq, const fake_value& record,
                               const char* kind) {
  if (!drop_records) {
    to.send_record(seq, record);
    return true;
  }
  if (to.is_full(seq) && !frozen && !pause) to.wire.write_ahead();  // to a client that does read
  if (!to.is_full(seq)) {
    to.send_counted(seq, record);
    return true;
  }
  // Where that line is dropped itself, no further one tells of it.
  if (!std::exchange(dropping, true)) {
    log("WARN", std::string("agent.ipc: Dropping ") + kind + " to ipc.client: " + to.peer);
    dropping = false;
  }
  return false;
}

void fake_state::log(const std::string& level, const std::string& text) {
  if (!quiet_log) deliver_log(log_line_now(level, text));
}

void fake_state::note(const fake_request& request) {
  if (!forget_requests) requests.push_back(request);
}

bool fake_state::send_to_asker(const fake_query& query, const std::string& type,
                               const std::string& from, const std::string& payload) {
  auto* asker = connection(query.connection);
  if (asker) asker->send_record(query.seq, query_reply_record(type, from, payload));
  return asker != nullptr;
}

void fake_state::add(const std::shared_ptr<fake_query>& query) {
  queries.emplace(query->deadline, query);
}

// Of what is over, nothing is kept: an agent may run for days.
void fake_state::finish(const std::shared_ptr<fake_query>& query) {
  const auto keep_alive = query;
  send_to_asker(*keep_alive, "done", "", "");
  for (const auto& [id, seen_as] : keep_alive->seen_as) {
    if (auto* one = connection(id)) one->seen_queries.erase(seen_as);
  }
  const auto [first, last] = queries.equal_range(keep_alive->deadline);
  const auto found =
      std::find_if(first, last, [&](const auto& entry) { return entry.second == keep_alive; });
  if (found != last) queries.erase(found);
}

fake_time fake_state::next_due() const {
  const auto query = queries.empty() ? fake_time::max() : queries.begin()->first;
  const auto leave = left_at.value_or(fake_time::max());
  return std::min({leave, query, held_user_events.due(), held_member_events.due()});
}

void fake_state::pass_time() {
  const auto now = clock.now();
  for (auto due = next_due(); due <= now; due = next_due()) {
    tell_held(due);
    while (!queries.empty() && queries.begin()->first <= due) finish(queries.begin()->second);
    if (left_at && *left_at <= due) finish_leaving();
  }
}

void fake_state::begin_to_leave(fake_connection& asker) {
  asker.leaving = true;
  left_at = clock.now() + leave_time;
}

void fake_state::finish_leaving() {
  for (const auto& one : connections) {
    if (one->leaving) one->wire.send(encode_header(one->header.seq));
  }
  shut_down(after_the_reply);
}

void fake_state::start_again() {
  queries.clear();
  left_at.reset();
  held_user_events = {};
  held_member_events = {};
  log_backlog.clear();
  frozen = false;
  listening = true;
  come_back();
  log_start();
}

void fake_state::shut_down(std::chrono::milliseconds linger) {
  tell_held(fake_time::max() - fake_time::duration(1));  // all that waits, if anything does
  left_at.reset();
  listening = false;
  gone = true;
  for (const auto& one : connections) {
    one->held = one->leaving = false;
    one->wire.end_after_sending(fake_end::close, fake_wire::clock::now() + linger);
  }
}

void fake_state::come_back() {
  if (std::exchange(gone, false)) cluster.come_back();
}

}  // namespace serf::testing
