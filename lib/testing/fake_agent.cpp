#include <serf/testing/fake_agent.hpp>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <utility>

#include <serf/testing/fake_encoding.hpp>

#include "testing/fake_commands.hpp"
#include "testing/fake_server.hpp"

namespace serf::testing {
namespace {

std::vector<fake_live> live_on(const fake_state& state) {
  std::vector<fake_live> result;
  for (const auto& one : state.connections) {
    for (const auto& [seq, filter] : one->streams) {
      result.push_back({"stream", one->id, seq, filter.text()});
    }
    if (one->log_monitor) {
      result.push_back({"monitor", one->id, one->log_monitor->seq, one->log_monitor->argument});
    }
  }
  for (const auto& [deadline, query] : state.queries) {
    const auto asked_by = [asker = query->connection](const auto& one) { return one->id == asker; };
    if (std::any_of(state.connections.begin(), state.connections.end(), asked_by)) {
      result.push_back({"query", query->connection, query->seq, query->name});
    }
  }
  return result;
}

std::size_t send_to_askers(fake_state& state, const std::string& type, const std::string& from,
                           const std::string& payload) {
  std::size_t reached = 0;
  for (const auto& [deadline, query] : state.queries) {
    if (state.send_to_asker(*query, type, from, payload)) ++reached;
  }
  return reached;
}

}  // namespace

fake_agent::fake_agent(const fake_agent_options& options)
    : server_(std::make_unique<fake_server>(options, nullptr)) {}
fake_agent::fake_agent(const fake_agent_options& options, agent_commands& commands)
    : server_(std::make_unique<fake_server>(options, &commands)) {}
fake_agent::~fake_agent() = default;

const std::string& fake_agent::host() const { return server_->host(); }
int fake_agent::port() const { return server_->port(); }
std::string fake_agent::address() const {
  const bool six = host().find(':') != std::string::npos;
  return (six ? "[" + host() + "]" : host()) + ":" + std::to_string(port());
}

fake_override fake_agent::on(std::string command) {
  return {std::move(command), [server = server_.get()](fake_rule rule) {
            server->change([&](fake_state& state) { state.script.add(std::move(rule)); });
          }};
}
fake_override fake_agent::on_any() { return on(""); }
void fake_agent::cut_next_reply_after(std::size_t bytes, cut then) {
  on_any().once().cut_reply_after(bytes, then);
}
void fake_agent::release() { server_->release_held(); }

void fake_agent::freeze() {
  server_->change([](fake_state& state) { state.frozen = true; });
}
void fake_agent::thaw() {
  server_->change([](fake_state& state) { state.frozen = false; });
}
void fake_agent::close_connections() { server_->end_connections(fake_end::close); }
void fake_agent::reset_connections() { server_->end_connections(fake_end::reset); }
void fake_agent::refuse_connections() { server_->set_listening(false); }
void fake_agent::accept_connections() {
  server_->change([](fake_state& state) { state.come_back(); });
  server_->set_listening(true);
}
void fake_agent::refuse_next_connection() {
  server_->change([](fake_state& state) { ++state.to_turn_away; });
}
void fake_agent::restart() { server_->restart(std::nullopt); }
void fake_agent::restart_with_key(std::string auth_key) { server_->restart(std::move(auth_key)); }
void fake_agent::send_one_byte_at_a_time(milliseconds pause) {
  server_->change([&](fake_state& state) { state.pause = pause; });
}
void fake_agent::send_all_at_once() {
  server_->change([](fake_state& state) { state.pause.reset(); });
}
void fake_agent::send_raw(const std::string& bytes) {
  server_->change([&](fake_state& state) {
    for (const auto& one : state.connections) one->wire.send(bytes);
  });
}
void fake_agent::send_raw_to_newest(const std::string& bytes) {
  server_->change([&](fake_state& state) {
    if (auto* newest = state.newest()) newest->wire.send(bytes);
  });
}
void fake_agent::send_raw_to(std::size_t connection, const std::string& bytes) {
  server_->change([&](fake_state& state) {
    if (auto* one = state.connection(connection)) one->wire.send(bytes);
  });
}

void fake_agent::send_noise(std::size_t bytes, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string noise(bytes, '\0');
  for (auto& byte : noise) byte = static_cast<char>(random() & 0xff);
  send_raw(noise);
}

void fake_agent::advance(std::chrono::nanoseconds by) {
  server_->change([&](fake_state& state) {
    if (!state.clock.manual()) {
      throw std::logic_error("fake agent: advance() needs fake_agent_options::manual_clock()");
    }
    state.clock.advance(std::chrono::duration_cast<fake_clock::clock::duration>(by));
    if (!state.frozen) state.pass_time();
  });
}

std::vector<fake_member> fake_agent::members() const {
  return server_->look([](const fake_state& state) { return state.cluster.members(); });
}
void fake_agent::set_member(const fake_member& member) {
  server_->change([&](fake_state& state) { state.cluster.set(member); });
}
void fake_agent::remove_member(const std::string& name) {
  server_->change([&](fake_state& state) { state.cluster.remove(name); });
}
void fake_agent::fail_join(const std::string& address) {
  server_->change([&](fake_state& state) { state.joins.fail(address); });
}

void fake_agent::join_brings(const std::string& address, const std::vector<fake_member>& members) {
  server_->change([&](fake_state& state) { state.joins.bring(address, members); });
}

void fake_agent::silence_keys(const std::string& node, bool silent) {
  server_->change([&](fake_state& state) {
    state.cluster.expect(node);
    state.keyring.silence(node, silent);
  });
}
void fake_agent::lose_key(const std::string& node, const std::string& key) {
  server_->change([&](fake_state& state) {
    state.cluster.expect(node);
    state.keyring.lose(node, key);
  });
}

std::size_t fake_agent::join(const fake_member& member) {
  return server_->change([&](fake_state& state) { return state.tell(state.cluster.join(member)); });
}
std::size_t fake_agent::fail(const std::string& name) {
  return server_->change([&](fake_state& state) { return state.tell(state.cluster.fail(name)); });
}
std::size_t fake_agent::leave(const std::string& name) {
  return server_->change([&](fake_state& state) {
    const auto reached = state.tell(state.cluster.leave(name));
    if (name == state.cluster.self().name) state.shut_down();
    return reached;
  });
}
std::size_t fake_agent::update_tags(const std::string& name, const fake_member::tag_map& tags) {
  return server_->change(
      [&](fake_state& state) { return state.tell(state.cluster.update_tags(name, tags)); });
}
std::size_t fake_agent::reap(const std::string& name) {
  return server_->change([&](fake_state& state) { return state.tell(state.cluster.reap(name)); });
}

void fake_agent::answer(const std::string& node, const std::string& query,
                        const std::string& payload) {
  server_->change([&](fake_state& state) { state.answers[{node, query}] = payload; });
}

std::size_t fake_agent::push_burst(std::size_t records, const std::string& name) {
  constexpr std::size_t at_once = 1000;  // then others have their turn
  std::size_t reached = 0;
  for (std::size_t sent = 0; sent < records;) {
    const auto end = sent + std::min(at_once, records - sent);
    server_->change([&](fake_state& state) {
      while (sent < end) reached = state.deliver_user_event({name, std::to_string(++sent)});
    });
  }
  return reached;
}
std::size_t fake_agent::push_user_event(const fake_user_event& event) {
  return server_->change([&](fake_state& state) { return state.deliver_user_event(event); });
}
std::size_t fake_agent::push_member_event(const std::string& kind,
                                          const std::vector<fake_member>& members) {
  return server_->change([&](fake_state& state) { return state.deliver_members(kind, members); });
}
std::size_t fake_agent::push_log(const std::string& line) {
  return server_->change([&](fake_state& state) { return state.deliver_log(line); });
}
std::size_t fake_agent::push_query(const std::string& name, const std::string& payload,
                                   std::chrono::nanoseconds timeout) {
  return server_->change([&](fake_state& state) {
    const auto query = std::make_shared<fake_query>();
    query->name = name;
    if (!state.queries_by_hand) query->deadline = query_deadline(state, timeout);
    state.add(query);
    return state.deliver_query(query, payload);
  });
}
void fake_agent::expire_queries() {
  server_->change([](fake_state& state) {
    while (!state.queries.empty()) state.finish(state.queries.begin()->second);
  });
}

std::size_t fake_agent::push_ack(const std::string& from) {
  return server_->change([&](fake_state& state) { return send_to_askers(state, "ack", from, ""); });
}
std::size_t fake_agent::push_response(const std::string& from, const std::string& payload) {
  return server_->change(
      [&](fake_state& state) { return send_to_askers(state, "response", from, payload); });
}
std::size_t fake_agent::push_done() {
  return server_->change([](fake_state& state) {
    std::size_t reached = 0;
    for (const auto& [deadline, query] : decltype(state.queries)(state.queries)) {
      if (query->connection == 0) continue;  // another node asked
      if (state.connection(query->connection)) ++reached;
      state.finish(query);
    }
    return reached;
  });
}

bool fake_agent::push_record(std::size_t connection, std::uint64_t seq, const fake_value& record) {
  return server_->change([&](fake_state& state) {
    auto* one = state.connection(connection);
    if (one) one->send_record(seq, record);
    return one != nullptr;
  });
}

std::vector<fake_request> fake_agent::requests() const {
  return server_->look([](const fake_state& state) { return state.requests; });
}
std::vector<fake_request> fake_agent::requests(const std::string& command) const {
  auto result = requests();
  result.erase(std::remove_if(result.begin(), result.end(),
                              [&](const fake_request& one) { return one.command != command; }),
               result.end());
  return result;
}
std::optional<fake_request> fake_agent::wait_for_request(const std::string& command,
                                                         milliseconds timeout,
                                                         std::size_t nth) const {
  std::optional<fake_request> result;
  std::size_t looked_at = 0;  // each once, also when there are many
  std::size_t count = 0;
  server_->wait(timeout, [&](const fake_state& state) {
    for (; !result && looked_at < state.requests.size(); ++looked_at) {
      const auto& one = state.requests[looked_at];
      if (one.command == command && ++count == nth) result = one;
    }
    return result.has_value();
  });
  return result;
}
bool fake_agent::has_left() const {
  return server_->look([](const fake_state& state) { return state.gone; });
}
std::vector<fake_live> fake_agent::live() const { return server_->look(live_on); }
bool fake_agent::wait_for_live(std::size_t count, milliseconds timeout) const {
  return server_->wait(timeout,
                       [&](const fake_state& state) { return live_on(state).size() == count; });
}

std::size_t fake_agent::connections_accepted() const {
  return server_->look([](const fake_state& state) { return state.accepted; });
}
std::size_t fake_agent::connections_open() const {
  return server_->look([](const fake_state& state) { return state.connections.size(); });
}
bool fake_agent::wait_for_connections(std::size_t accepted, milliseconds timeout) const {
  return server_->wait(timeout,
                       [&](const fake_state& state) { return state.accepted >= accepted; });
}
bool fake_agent::wait_for_open_connections(std::size_t open, milliseconds timeout) const {
  return server_->wait(timeout,
                       [&](const fake_state& state) { return state.connections.size() == open; });
}
std::size_t fake_agent::bytes_received() const {
  return server_->look([](const fake_state& state) { return state.bytes_received; });
}
bool fake_agent::wait_for_bytes(std::size_t received, milliseconds timeout) const {
  return server_->wait(timeout,
                       [&](const fake_state& state) { return state.bytes_received >= received; });
}

}  // namespace serf::testing
