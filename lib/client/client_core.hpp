#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <serf/call_options.hpp>
#include <serf/client.hpp>
#include <serf/client_options.hpp>
#include <serf/connection.hpp>
#include <serf/metrics.hpp>

#include "client/attempts.hpp"
#include "client/call_counts.hpp"
#include "client/cluster_check.hpp"
#include "client/commands.hpp"
#include "client/connection.hpp"
#include "client/connection_watchers.hpp"
#include "client/delivered_sink.hpp"
#include "client/endpoint.hpp"
#include "client/handler_places.hpp"
#include "client/handler_watchdog.hpp"
#include "client/lane.hpp"
#include "client/log_backlog.hpp"
#include "client/main_line.hpp"
#include "client/monitors.hpp"
#include "client/stream_totals.hpp"
#include "client/streaming.hpp"
#include "client/tasks.hpp"
#include "client/ticker.hpp"
#include "client/typed_call.hpp"
#include "delivery/delivery_thread.hpp"
#include "transport/io_thread.hpp"
#include "vocabulary/home_process.hpp"
#include "vocabulary/log.hpp"

namespace serf {

// What a client is made of: its two threads, its connections, and the calls on their way between
// them.
class client_core final : private connection::observer, private main_line {
 public:
  // Starts the threads and the first attempt to connect. std::system_error when there is no thread
  // or no descriptor left.
  client_core(const client_options& options, const std::vector<endpoint>& where);
  ~client_core() override;  // stop()
  client_core(const client_core&) = delete;
  client_core& operator=(const client_core&) = delete;

  // Inside a handler it waits for none: two that close the client would wait for each other.
  void close();
  // close(), and the end of the delivery thread. The I/O thread ends with this object.
  void stop();
  client_metrics metrics() const;
  // Not in a forked child: there, nothing but this and abandon() may be called.
  bool is_here() const noexcept { return home_.is_here(); }
  // In a forked child: closes what descriptors it has there. The rest is leaked.
  void abandon() noexcept { io_->abandon(); }
  connection_state state() const noexcept { return state_.load(std::memory_order_acquire); }
  subscription on_connection(handler_of<connection_event> told);
  streaming& streams() noexcept { return *streaming_; }
  task spawn(basic_handler<stop_token> function);
  subscription every(std::chrono::nanoseconds period, basic_handler<subscription_ref> told);

  // Whom to tell the outcome of what is more than one request.
  template <class T>
  std::unique_ptr<future_call<T>> future_to_tell(const char* command) {
    return std::make_unique<future_call<T>>(names_for(command), body_decoder<T>());
  }
  // None: there was no place for it, and it is told so.
  template <class T>
  std::unique_ptr<handler_call<T>> handler_to_tell(const char* command, handler<T>&& told,
                                                   body_decoder<T> decoder = {}) {
    handler_place place(places_);
    if (place) {
      return std::make_unique<handler_call<T>>(names_for(command), decoder, std::move(place),
                                               std::move(told), *delivery_);
    }
    counts_->reject(command);
    delivery_->post_job(std::make_unique<refused_handler<T>>(command, places_, std::move(told)));
    return nullptr;
  }

  [[noreturn]] void refuse(const char* command, const failure& why) {
    counts_->reject(command);
    raise(why);
  }

  // What no agent would take is thrown by the one and told to the handler by the other.
  template <class T>
  std::future<T> future_of(command_of<T> what, const call_options& options) {
    if (!what.request) refuse(what.name, what.request.error());
    auto call = std::make_unique<future_call<T>>(names_for(what.name), what.decoder);
    auto future = call->get_future();
    submit(wish_of(what, options), what.over, std::move(call));
    return future;
  }
  template <class T>
  void tell(command_of<T> what, handler<T>&& told, const call_options& options) {
    auto call = handler_to_tell(what.name, std::move(told), what.decoder);
    if (!call) return;
    if (what.request) {
      submit(wish_of(what, options), what.over, std::move(call));
    } else {
      call->failed(std::move(what.request.error()), {});
    }
  }

 private:
  class prune_call;

  call_names names_for(const char* command) const { return {command, agent_, *counts_, &closing_}; }
  void on_attempt() override;
  void on_open() override;
  std::optional<connection::attempt> on_lost(const failure& why) override;
  void on_end(const failure& why) override;
  bool is_ready() const override { return state() == connection_state::ready; }
  const main_agent& agent() const override { return with_; }
  failure no_connection_for(const session::wish& what) override {
    return connection_->no_connection_for(what);
  }
  void expect_agent_to_leave(const main_agent& whom, bool expected,
                             session::time_point until) override;
  void ask_for_a_sign(const main_agent& of, session::time_point deadline,
                      std::unique_ptr<session::call> who) override;
  bool is_inside_a_handler() const;  // or a task
  template <class F>
  void count(F change);
  void change(connection_state state, const std::string& reason,
              std::chrono::nanoseconds delay = {});
  template <class T>
  session::wish wish_of(command_of<T>& what, const call_options& options) const {
    auto wanted = timed(options, what.timeout);
    wanted.request = std::move(*what.request);
    wanted.hang_up_means = std::move(what.hang_up_means);
    return wanted;
  }
  session::wish timed(const call_options& options,
                      std::optional<std::chrono::nanoseconds> command_timeout) const;
  void submit(session::wish what, route over, std::unique_ptr<session::call> call);

  const home_process home_;
  const std::string agent_;  // all endpoints, for messages of what went to none yet
  const std::chrono::nanoseconds call_timeout_;
  const std::chrono::nanoseconds handler_watchdog_;
  const std::uint64_t never_issued_;  // a Seq: the last one, when the numbers have wrapped around
  std::atomic<connection_state> state_{connection_state::connecting};
  std::atomic<int> prunes_{0};                                                 // in flight
  std::atomic<session::time_point> prunes_until_{session::time_point::min()};  // their call failed
  const std::shared_ptr<call_counts> counts_ = std::make_shared<call_counts>();
  const std::shared_ptr<handler_places> places_;
  const std::shared_ptr<stream_totals> totals_ = std::make_shared<stream_totals>();
  const std::shared_ptr<traffic> traffic_ = std::make_shared<traffic>();
  mutable std::mutex losses_mutex_;
  client_metrics losses_;  // what of it is about the main connection
  std::atomic<bool> stopped_{false}, closing_{false};
  const bool reconnects_;

  // The I/O thread's own.
  attempts attempts_;
  main_agent with_;
  std::optional<session::time_point> ready_since_;
  std::optional<cluster_check> cluster_;  // where there are several endpoints

  // Destroyed from the last to the first: the I/O thread ends, then its connections go, then what
  // they had to say is delivered.
  std::shared_ptr<delivered_sink> sink_;
  std::shared_ptr<std::function<void()>> watch_waker_;
  std::shared_ptr<delivery::handler_watch> watch_;
  std::shared_ptr<log_backlog> backlog_;
  std::unique_ptr<delivery::delivery_thread> delivery_;
  log log_;
  connection_watchers watchers_;
  std::shared_ptr<connection> connection_;
  std::unique_ptr<lane> side_, risky_;
  std::unique_ptr<monitors> monitors_;
  std::unique_ptr<streaming> streaming_;
  std::unique_ptr<handler_watchdog> watchdog_;
  std::unique_ptr<ticker> ticker_;
  tasks tasks_;
  std::unique_ptr<transport::io_thread> io_;
};

}  // namespace serf
