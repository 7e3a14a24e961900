#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include <serf/answer.hpp>
#include <serf/event_filter.hpp>
#include <serf/handlers.hpp>
#include <serf/log.hpp>
#include <serf/query.hpp>
#include <serf/stream.hpp>
#include <serf/stream_options.hpp>
#include <serf/subscription.hpp>

#include "client/connection.hpp"
#include "client/feeds.hpp"
#include "client/lane.hpp"
#include "client/monitors.hpp"
#include "client/stream_totals.hpp"
#include "client/subscriptions.hpp"
#include "client/typed_call.hpp"
#include "delivery/delivery_thread.hpp"
#include "delivery/executor_thread.hpp"
#include "vocabulary/log.hpp"

namespace serf {

// What client_core lends to those who open streams; all of it outlives them.
struct stream_surroundings {
  const std::string& agent;
  const std::chrono::nanoseconds call_timeout;
  const log& written;
  delivery::delivery_thread& delivery;
  const std::shared_ptr<connection>& main;
  lane& risky;
  monitors& logs;
  const std::shared_ptr<call_counts>& counts;
  const std::shared_ptr<stream_totals>& totals;
};

// Opens event streams, logs and queries, for those who drain and for those who have handlers. Any
// thread.
class streaming {
 public:
  explicit streaming(stream_surroundings what) : with_(what), executors_(what.delivery) {}

  std::future<event_stream> stream(const event_filter& filter, const stream_options& how);
  std::future<log_stream> monitor(log_level level, const stream_options& how);
  std::future<query_stream> query(const query_request& what, const stream_options& how);

  // What comes of a query goes to `told`.
  void ask(const query_request& what, const call_options& how,
           std::unique_ptr<typed_call<query_result>> told);
  // Waiting here for the answer to a query of this name would wait for this very thread.
  bool would_deadlock(const std::string& query_name) const;

  subscription subscribe(const event_filter& filter, event_handlers&& handlers,
                         const stream_options& how);
  subscription monitor(log_level level, log_handlers&& handlers, const stream_options& how);
  subscription query(const query_request& what, query_handlers&& handlers,
                     const stream_options& how);
  subscription answer(const std::string& name, query_responder&& responder, answer_options&& how);

  subscriptions& with_handlers() noexcept { return subscriptions_; }
  delivery::executor_thread& executors() noexcept { return executors_; }

 private:
  stream_names names(const char* command) const { return {command, with_.agent, with_.counts}; }
  session::wish timed(const std::optional<std::chrono::nanoseconds>& timeout, bool fail_fast) const;
  // All that opening a stream takes, but for what is done with the outcome.
  template <class T>
  struct plan;
  plan<event> stream_plan(const event_filter& filter, const stream_options& how);
  plan<log_entry> monitor_plan(log_level level, const stream_options& how);
  plan<query_reply> query_plan(const query_request& what, const stream_options& how);

  template <class T>
  std::future<pull_stream<T>> pull(plan<T> what);
  template <class T, class Handlers>
  subscription push(plan<T> what, Handlers&& handlers, const stream_options& how, std::string name,
                    int concurrency = 1, std::string answers = "");

  const stream_surroundings with_;
  delivery::executor_thread executors_;
  subscriptions subscriptions_;
};

}  // namespace serf
