#include "client/client_core.hpp"

#include <cstdint>
#include <limits>
#include <utility>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

using clock = std::chrono::steady_clock;

// How long a further connection is kept for the next command that takes it.
constexpr auto idle_after = std::chrono::seconds(10);

void tell(const log_sink& sink, const log_record& record) {
  try {
    sink(record);
  } catch (...) {
    // There is nowhere to report to: reporting is what failed.
  }
}

// What a job lets out is logged by the thread that it ran on, at once: its client may be gone.
delivery::delivery_thread::exception_hook handler_failure_log(
    const std::shared_ptr<const log_sink>& sink) {
  if (!*sink) return {};
  return [sink](const char* what) {
    tell(*sink, {std::chrono::system_clock::now(), log_level::err,
                 "a handler threw: " + printable_line(what)});
  };
}

log log_to(const std::shared_ptr<const log_sink>& sink, log_level threshold,
           delivery::delivery_thread& delivery) {
  if (!*sink) return {};
  return {threshold, [sink, &delivery](log_record record) {
            delivery.post([sink, record = std::move(record)] { tell(*sink, record); });
          }};
}

connection::settings settings_of(const client_options& options, endpoint where) {
  connection::settings settings;
  settings.where = std::move(where);
  settings.agent = printable(options.endpoint());
  settings.connect_timeout = options.connect_timeout();
  settings.conversation.agent = settings.agent;
  settings.conversation.auth_key = options.auth_key();
  settings.conversation.first_seq = options.first_seq();
  settings.conversation.max_calls = options.max_pending_calls();
  settings.conversation.max_unsent_bytes = options.max_unsent_bytes();
  settings.limits.bytes = options.max_reply_bytes();
  settings.limits.depth = options.max_reply_depth();
  return settings;
}

failure invalid(const std::string& what) { return {errc::invalid_argument, what}; }

}  // namespace

result<endpoint> client_core::check(const client_options& options) {
  const std::pair<const char*, bool> positive[] = {
      {"connect_timeout", options.connect_timeout().count() > 0},
      {"call_timeout", options.call_timeout().count() > 0},
      {"max_pending_calls", options.max_pending_calls() > 0},
      {"max_unsent_bytes", options.max_unsent_bytes() > 0},
      {"max_reply_bytes", options.max_reply_bytes() > 0},
      {"max_reply_depth", options.max_reply_depth() > 0},
  };
  for (const auto& [name, is_positive] : positive) {
    if (!is_positive) {
      return invalid(std::string("client_options::") + name + " must be greater than 0");
    }
  }
  return parse_endpoint(options.endpoint(), options.endpoint_origin());
}

client_core::client_core(const client_options& options, endpoint where)
    : agent_(printable(options.endpoint())),
      call_timeout_(options.call_timeout()),
      log_sink_(std::make_shared<const log_sink>(options.log())),
      delivery_(std::make_unique<delivery::delivery_thread>(handler_failure_log(log_sink_))),
      log_(log_to(log_sink_, options.log_level(), *delivery_)),
      watchers_(*delivery_, {connection_state::connecting, agent_, "", 1, {}}),
      io_(transport::start_io_thread([this](const char* what) {
        log_.write(log_level::err, std::string("an exception on the I/O thread: ") + what);
      })) {
  observer& self = *this;
  lane_owner& owner = *this;
  const auto settings = settings_of(options, std::move(where));
  connection_ = std::make_unique<connection>(*io_, settings, self);
  side_ = std::make_unique<lane>(*io_, settings, idle_after, owner);
  risky_ = std::make_unique<lane>(*io_, settings, idle_after, owner);
  io_->post([this] {
    log_.write(log_level::info, "connecting to " + agent_);
    connection_->start();
  });
}

client_core::~client_core() { stop(); }

void client_core::stop() {
  if (stopped_.exchange(true)) return;
  close();
  delivery_->stop();
}

void client_core::close() {
  std::promise<void> ended;
  io_->post([&] {
    const struct told_on_return {
      std::promise<void>& ended;
      ~told_on_return() { ended.set_value(); }
    } guard{ended};
    connection_->end(
        {errc::client_closed, "the client of the Serf agent at " + agent_ + " is closed"});
  });
  ended.get_future().wait();
  delivery_->drain();
}

void client_core::on_open() { change(connection_state::ready, ""); }

void client_core::on_end(const failure& why) {
  side_->end(why);
  risky_->end(why);
  if (why.code != errc::client_closed) change(connection_state::lost, why.message);
  change(connection_state::closed, why.message);
}

void client_core::change(connection_state state, const std::string& reason) {
  state_.store(state, std::memory_order_release);
  const connection_event change{state, agent_, reason, 1, {}};
  const log_level level = state == connection_state::lost ? log_level::warn : log_level::info;
  if (log_.enabled(level)) log_.write(level, "connection " + to_string(change));
  watchers_.tell(change);
}

subscription client_core::on_connection(handler_of<connection_event> told) {
  return watchers_.add(std::move(told));
}

session::wish client_core::timed(const call_options& options,
                                 std::optional<std::chrono::nanoseconds> command_timeout) const {
  session::wish what;
  what.timeout = options.timeout().value_or(command_timeout.value_or(call_timeout_));
  what.deadline = session::after(clock::now(), what.timeout);
  what.fail_fast = options.fail_fast();
  return what;
}

// An agent that prunes a node that is alive answers no members or stats call for 6 s, on whichever
// connection: those go over the side meanwhile, so that the main connection stays live.
class client_core::prune_call final : public session::call {
 public:
  prune_call(std::atomic<int>& prunes, std::unique_ptr<session::call> who)
      : prunes_(prunes), who_(std::move(who)) {
    ++prunes_;
  }
  ~prune_call() override { end(); }
  void answered(std::string_view body) override {
    end();
    who_->answered(body);
  }
  void failed(failure why, std::string_view body) override {
    end();
    who_->failed(std::move(why), body);
  }

 private:
  void end() {
    if (!std::exchange(ended_, true)) --prunes_;
  }

  std::atomic<int>& prunes_;
  bool ended_ = false;
  std::unique_ptr<session::call> who_;
};

void client_core::submit(session::wish what, route over, std::unique_ptr<session::call> call) {
  if (over == route::prune) {
    call = std::make_unique<prune_call>(prunes_, std::move(call));
    over = route::side;
  } else if (over == route::main_unless_pruning) {
    over = prunes_ > 0 ? route::risky : route::main;
  }
  if (over == route::main) {
    connection_->submit(std::move(what), std::move(call));
    return;
  }
  // A further connection is made when it is needed; whether to wait is for the main one to say.
  if (what.fail_fast) {
    if (auto why = connection_->not_open(what)) {
      call->failed(std::move(*why), {});
      return;
    }
    what.fail_fast = false;
  }
  (over == route::side ? side_ : risky_)->submit(std::move(what), std::move(call));
}

void client_core::expect_agent_to_leave(bool expected) {
  connection_->expect_agent_to_leave(expected);
}

void client_core::ask_for_a_sign(session::time_point deadline, std::unique_ptr<session::call> who) {
  // To stop what was never started costs the agent nothing, and always succeeds.
  session::wish what;
  what.request = protocol::stop(std::numeric_limits<std::uint64_t>::max());
  what.deadline = deadline;
  connection_->submit(std::move(what), std::move(who));
}

}  // namespace serf
