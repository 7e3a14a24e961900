// The client's streams, queries and subscriptions.
#include <serf/client.hpp>

#include <utility>

#include "client/client_core.hpp"
#include "client/queries.hpp"
#include "vocabulary/printable.hpp"

namespace serf {
namespace {

failure moved_from(const char* command) {
  failure why(errc::client_closed, command + std::string(": this client was moved from"));
  why.command = command;
  return why;
}

template <class T>
std::future<T> failed(const failure& why) {
  std::promise<T> promise;
  promise.set_exception(to_exception(why));
  return promise.get_future();
}

}  // namespace

// In each of these the core is the caller's own share: a handler may run, and destroy the client,
// before the call has returned.

std::future<event_stream> client::stream(event_filter filter, stream_options options) {
  const auto core = core_;
  return core ? core->streams().stream(filter, options)
              : failed<event_stream>(moved_from("stream"));
}
std::future<log_stream> client::monitor(log_level level, stream_options options) {
  const auto core = core_;
  return core ? core->streams().monitor(level, options) : failed<log_stream>(moved_from("monitor"));
}
std::future<query_stream> client::query(query_request what, stream_options options) {
  const auto core = core_;
  return core ? core->streams().query(what, options) : failed<query_stream>(moved_from("query"));
}

std::future<query_result> client::ask(query_request what, call_options options) {
  const auto core = core_;
  if (!core) return failed<query_result>(moved_from("query"));
  if (auto fine = queries::checked(what); !fine) raise(fine.error());
  if (core->streams().would_deadlock(what.name())) {
    failure why(errc::would_deadlock,
                "asking the query " + in_quotes(what.name()) +
                    " in a handler, of a client that answers it on the thread of its handlers: "
                    "waiting would hold up the answer; pass a handler, or answer on an executor");
    why.command = "query";
    return failed<query_result>(why);
  }
  auto told = core->future_to_tell<query_result>("query");
  auto future = told->get_future();
  core->streams().ask(what, options, std::move(told));
  return future;
}
void client::ask(query_request what, handler<query_result> done, call_options options) {
  const auto core = core_;
  if (!core) {
    try {
      done(moved_from("query"));
    } catch (...) {
      // Without a client there is nobody to report it to.
    }
    return;
  }
  core->streams().ask(what, options, core->handler_to_tell("query", std::move(done)));
}

subscription client::subscribe(event_filter filter, event_handlers handlers,
                               stream_options options) {
  const auto core = core_;
  return core ? core->streams().subscribe(filter, std::move(handlers), options) : subscription();
}
subscription client::monitor(log_level level, log_handlers handlers, stream_options options) {
  const auto core = core_;
  return core ? core->streams().monitor(level, std::move(handlers), options) : subscription();
}
subscription client::query(query_request what, query_handlers handlers, stream_options options) {
  const auto core = core_;
  return core ? core->streams().query(what, std::move(handlers), options) : subscription();
}
subscription client::answer(std::string query_name, query_responder responder,
                            answer_options options) {
  const auto core = core_;
  return core ? core->streams().answer(query_name, std::move(responder), std::move(options))
              : subscription();
}

task client::spawn(basic_handler<stop_token> function) {
  const auto core = core_;
  return core ? core->spawn(std::move(function)) : task();
}
subscription client::call_every(duration period, basic_handler<subscription_ref> function) {
  if (std::chrono::nanoseconds(period).count() <= 0) {
    raise({errc::invalid_argument, "every: the period must be greater than 0"});
  }
  const auto core = core_;
  return core ? core->every(period, std::move(function)) : subscription();
}

}  // namespace serf
