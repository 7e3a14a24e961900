#include "client/client_core.hpp"

#include <cstdint>
#include <utility>

#include "client/recorded_links.hpp"
#include "vocabulary/printable.hpp"

namespace serf {
namespace {

using clock = std::chrono::steady_clock;

// How long a further connection is kept for the next command that takes it.
constexpr auto idle_after = std::chrono::seconds(10);

// How long an agent is busy with the prune of a node that is alive.
constexpr auto prune_time = std::chrono::seconds(6);

// Where what handlers throw goes: to the application, on the thread that ran them, or to its log,
// on the delivery thread. At once where it runs there: the client may be gone before its next job.
delivery::delivery_thread::exception_hook handler_failure_hook(
    const client_options& options, const std::shared_ptr<log_backlog>& backlog) {
  if (const auto& told = options.on_handler_failure()) return told;
  return [backlog](const handler_failure& what) {
    const log_record record{
        std::chrono::system_clock::now(), log_level::err,
        printable_line(what.handler) + ": a handler threw: " + printable_line(what.what)};
    if (!backlog->write_here(record)) backlog->write(record);
  };
}

// Before anything is there that may write to it: the recorder has a thread of its own.
log log_to(const std::shared_ptr<log_backlog>& backlog, const delivery::delivery_thread& delivery,
           const client_options& options) {
  backlog->start(delivery.mail());
  if (!options.log()) return {};
  return {options.log_level(), [backlog](log_record record) { backlog->write(std::move(record)); }};
}

connection::settings settings_of(const client_options& options, std::string agent) {
  connection::settings settings;
  settings.agent = std::move(agent);
  settings.connect_timeout = options.connect_timeout();
  settings.conversation.agent = settings.agent;
  settings.conversation.auth_key = options.auth_key();
  settings.conversation.first_seq = options.first_seq();
  settings.conversation.max_calls = options.max_pending_calls();
  settings.conversation.max_unsent_bytes = options.max_unsent_bytes();
  settings.conversation.stream_linger = options.stream_linger();
  settings.conversation.heartbeat = options.heartbeat();
  settings.conversation.heartbeat_timeout = options.heartbeat_timeout();
  settings.limits.bytes = options.max_reply_bytes();
  settings.limits.depth = options.max_reply_depth();
  return settings;
}

// A further connection is silent for as long as the agent takes over its one request.
connection::settings without_heartbeat(connection::settings settings) {
  settings.conversation.heartbeat = {};
  return settings;
}

std::string names_of(const std::vector<endpoint>& where) {
  std::string names;
  for (const auto& each : where) names += (names.empty() ? "" : " or ") + each.text;
  return names;
}

}  // namespace

client_core::client_core(const client_options& options, const std::vector<endpoint>& where)
    : agent_(names_of(where)),
      call_timeout_(options.call_timeout()),
      handler_watchdog_(options.handler_watchdog()),
      never_issued_(options.first_seq() - 1),
      places_(std::make_shared<handler_places>(options.max_pending_calls(), agent_)),
      reconnects_(options.reconnect()),
      attempts_(where, options.how_to_reconnect()),
      sink_(std::make_shared<delivered_sink>(options.log())),
      watch_waker_(std::make_shared<std::function<void()>>()),
      watch_(std::make_shared<delivery::handler_watch>(options.handler_watchdog(),
                                                       [waker = watch_waker_] { (*waker)(); })),
      backlog_(std::make_shared<log_backlog>(sink_)),
      delivery_(std::make_unique<delivery::delivery_thread>(handler_failure_hook(options, backlog_),
                                                            watch_)),
      log_(log_to(backlog_, *delivery_, options)),
      watchers_(*delivery_, log_, {connection_state::connecting, agent_, "", 1, {}}),
      io_(recorded(transport::start_io_thread([this](const char* what) {
                     log_.write(log_level::err,
                                std::string("an exception on the I/O thread: ") + what);
                   }),
                   options.session_recording(), options.auth_key(), log_)) {
  observer& self = *this;
  main_line& main = *this;
  watchdog_ = std::make_unique<handler_watchdog>(*io_, watch_, delivery_->mail(), sink_,
                                                 options.log_level());
  // Before the first handler can start.
  *watch_waker_ = watchdog_->waker();
  auto settings = settings_of(options, agent_);
  settings.counted = traffic_;
  connection_ = std::make_shared<connection>(*io_, settings, self);
  side_ = std::make_unique<lane>(*io_, without_heartbeat(settings), idle_after, main);
  risky_ = std::make_unique<lane>(*io_, without_heartbeat(settings), idle_after, main);
  monitors_ = std::make_unique<monitors>(
      *io_, settings, main, reconnects_ ? std::optional(options.how_to_reconnect()) : std::nullopt);
  if (attempts_.has_choice()) cluster_.emplace(agent_);
  streaming_ = std::make_unique<streaming>(stream_surroundings{
      agent_, call_timeout_, log_, *delivery_, connection_, *risky_, *monitors_, counts_, totals_});
  ticker_ = std::make_unique<ticker>(*io_, delivery_->mail());
  io_->post([this] { connection_->start({attempts_.where(), {}}); });
}

client_core::~client_core() { stop(); }

void client_core::stop() {
  if (stopped_.exchange(true)) return;
  close();
  watch_->stop();
  auto& executors = streaming_->executors();
  if (is_inside_a_handler()) {
    executors.request_stop();
    delivery_->request_stop();
  } else {
    executors.stop();
    delivery_->stop();
  }
}

bool client_core::is_inside_a_handler() const {
  return delivery_->is_current() || streaming_->with_handlers().runs_here() || tasks_.runs_here();
}

void client_core::close() {
  closing_ = true;  // the I/O thread does not go on with an answer that is decoded just now
  tasks_.request_stop();
  std::promise<void> ended;
  // Made here: the I/O thread must get to the end of this, whether it has memory or not.
  const failure why(errc::client_closed,
                    "the client of the Serf agent at " + agent_ + " is closed");
  io_->post([&, why_connection = why]() mutable {
    const struct told_on_return {
      std::promise<void>& ended;
      ~told_on_return() { ended.set_value(); }
    } guard{ended};
    connection_->end(std::move(why_connection));
    // Also of streams that have ended before: their handlers have run for the last time.
    streaming_->with_handlers().end_now(why);
    ticker_->end();
  });
  ended.get_future().wait();
  if (is_inside_a_handler()) {
    streaming_->with_handlers().stop_executors();
  } else {
    // The tasks first: the calls that they still make have handlers, too, and these may start
    // tasks.
    tasks_.wait();
    delivery_->drain();
    streaming_->executors().drain();
    streaming_->with_handlers().wait_for_executors();
    tasks_.wait();
    delivery_->drain();
  }
}

subscription client_core::on_connection(handler_of<connection_event> told) {
  return watchers_.add(std::move(told));
}

task client_core::spawn(basic_handler<stop_token> function) {
  auto made =
      std::make_shared<task_state>(std::move(function), delivery_->mail(), log_, handler_watchdog_);
  tasks_.add(
      made);  // first: the task may end the client at once, which must know that it is inside
  made->start();
  return task(std::move(made));
}

subscription client_core::every(std::chrono::nanoseconds period,
                                basic_handler<subscription_ref> told) {
  return ticker_->every(period, std::move(told));
}

session::wish client_core::timed(const call_options& options,
                                 std::optional<std::chrono::nanoseconds> command_timeout) const {
  session::wish what;
  what.timeout = options.timeout().value_or(command_timeout.value_or(call_timeout_));
  what.deadline = session::after(clock::now(), what.timeout);
  what.fail_fast = options.fail_fast();
  return what;
}

// An agent that prunes a node that is alive answers no members or stats call meanwhile, on
// whichever connection: those go over a further one, so that the main connection stays live. Also
// behind a call that was given up: the agent may just have begun.
class client_core::prune_call final : public session::call {
 public:
  prune_call(client_core& core, std::unique_ptr<session::call> who)
      : core_(core), who_(std::move(who)) {
    ++core_.prunes_;
  }
  ~prune_call() override { end(); }
  void answered(std::string_view body) override {
    end();
    who_->answered(body);
  }
  void failed(failure why, std::string_view body) override {
    const bool may_go_on = why.sent == sent::maybe && why.agent_text.empty();
    if (may_go_on) core_.prunes_until_ = session::after(clock::now(), prune_time);
    end();
    who_->failed(std::move(why), body);
  }

 private:
  void end() {
    if (!std::exchange(ended_, true)) --core_.prunes_;
  }

  client_core& core_;
  bool ended_ = false;
  std::unique_ptr<session::call> who_;
};

void client_core::submit(session::wish what, route over, std::unique_ptr<session::call> call) {
  if (over == route::prune) {
    call = std::make_unique<prune_call>(*this, std::move(call));
    over = route::side;
  } else if (over == route::main_unless_pruning) {
    const bool prunes = prunes_ > 0 || clock::now() < prunes_until_.load();
    over = prunes ? route::risky : route::main;
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

}  // namespace serf
