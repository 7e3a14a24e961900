// What becomes of a client's connection: attempts, losses, and who is to hear of them. On the I/O
// thread.
#include <utility>

#include "client/client_core.hpp"
#include "protocol/request.hpp"

namespace serf {

using clock = std::chrono::steady_clock;

void client_core::on_attempt() {
  count([](client_metrics& all) { ++all.attempts; });
  log_.write(log_level::info, "connecting to " + attempts_.where().text);
  if (state() != connection_state::connecting) change(connection_state::connecting, "");
}

void client_core::on_open() {
  count([](client_metrics& all) { ++all.connects; });
  ready_since_ = clock::now();
  // Others are to reach the same agent, and not to look up its name again. Where there is no
  // address the connection is about to be lost.
  const auto address = parse_endpoint(connection_->remote_address(), {});
  with_ = {address ? *address : attempts_.where(), connection_->losses()};
  with_.where.text = attempts_.where().text;
  change(connection_state::ready, "");
  side_->go_on();
  risky_->go_on();
  monitors_->go_on();
  if (cluster_) {
    cluster_->look(*connection_, attempts_.where().text, [this](const std::string& warning) {
      log_.write(log_level::warn, warning);
      if (is_ready())
        watchers_.tell(
            {connection_state::ready, attempts_.where().text, warning, attempts_.number(), {}});
    });
  }
}

std::optional<connection::attempt> client_core::on_lost(const failure& why) {
  std::optional<std::chrono::nanoseconds> lasted;
  if (ready_since_) lasted = clock::now() - *ready_since_;
  ready_since_.reset();
  count([&](client_metrics& all) { ++all.losses[why.code]; });
  change(connection_state::lost, why.message);
  if (!reconnects_) return std::nullopt;
  monitors_->wait(why);
  auto next = attempts_.next(lasted);
  if (!next) return next;
  // Behind this loss, so that they are told of it.
  if (!lasted && attempts_.round_is_over()) io_->post([this] { connection_->give_up_ready(); });
  if (next->delay.count() > 0) change(connection_state::waiting, why.message, next->delay);
  return next;
}

void client_core::on_end(const failure& why) {
  side_->end(why);
  risky_->end(why);
  monitors_->end(why);
  if (why.code != errc::client_closed && state() != connection_state::lost) {
    count([&](client_metrics& all) { ++all.losses[why.code]; });
    change(connection_state::lost, why.message);
  }
  change(connection_state::closed, why.message);
}

template <class F>
void client_core::count(F change) {
  const std::lock_guard<std::mutex> lock(losses_mutex_);
  change(losses_);
}

client_metrics client_core::metrics() const {
  client_metrics all;
  {
    const std::lock_guard<std::mutex> lock(losses_mutex_);
    all = losses_;
  }
  connection_->measure(all);
  all.bytes_sent = traffic_->sent.load(std::memory_order_relaxed);
  all.bytes_received = traffic_->received.load(std::memory_order_relaxed);
  all.calls = counts_->all();
  all.streams = totals_->all();
  return all;
}

void client_core::change(connection_state state, const std::string& reason,
                         std::chrono::nanoseconds delay) {
  state_.store(state, std::memory_order_release);
  const connection_event change{state, attempts_.where().text, reason, attempts_.number(), delay};
  const log_level level = state == connection_state::lost ? log_level::warn : log_level::info;
  if (log_.enabled(level)) log_.write(level, "connection " + to_string(change));
  watchers_.tell(change);
}

void client_core::expect_agent_to_leave(const main_agent& whom, bool expected,
                                        session::time_point until) {
  if (connection_->losses() != whom.losses) return;
  connection_->expect_agent_to_leave(expected, until);
  monitors_->expect_agent_to_leave(expected, until);
}

void client_core::ask_for_a_sign(const main_agent& of, session::time_point deadline,
                                 std::unique_ptr<session::call> who) {
  // To stop what was never started costs the agent nothing, and always succeeds.
  session::wish what;
  what.request = protocol::stop(never_issued_);
  what.deadline = deadline;
  what.fail_fast = true;
  what.only_on = of.losses;  // what answers on a later connection says nothing of this one
  connection_->submit(std::move(what), std::move(who));
}

}  // namespace serf
