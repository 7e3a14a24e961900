// The client's streams, queries and subscriptions.
#include <serf/client.hpp>

#include <utility>

#include "client/client_core.hpp"
#include "client/out_of_use.hpp"
#include "client/queries.hpp"
#include "delivery/subscription_core.hpp"
#include "vocabulary/printable.hpp"

namespace serf {
namespace {

template <class T>
std::future<T> failed(const failure& why) {
  std::promise<T> promise;
  promise.set_exception(to_exception(why));
  return promise.get_future();
}

subscription never_opened(const failure& why) {
  const auto core = std::make_shared<delivery::subscription_core>();
  core->opened(why);
  core->cancel();
  return subscription(core);
}

// There is no thread for handlers: the caller's own has to do.
template <class Handlers>
subscription never_opened(const failure& why, Handlers& handlers) {
  auto made = never_opened(why);
  try {
    const subscription_ref self(std::make_shared<delivery::subscription_core>());
    if (auto& told = handlers.start()) told(result<void>(why), self);
  } catch (...) {
    // Nor is there anybody to report it to.
  }
  return made;
}

}  // namespace

// In each of these the core is the caller's own share: a handler may run, and destroy the client,
// before the call has returned.

std::future<event_stream> client::stream(event_filter filter, stream_options options) {
  const auto core = core_;
  if (const auto why = out_of_use(core, "stream")) return failed<event_stream>(*why);
  return core->streams().stream(filter, options);
}
std::future<log_stream> client::monitor(log_level level, stream_options options) {
  const auto core = core_;
  if (const auto why = out_of_use(core, "monitor")) return failed<log_stream>(*why);
  return core->streams().monitor(level, options);
}
std::future<query_stream> client::query(query_request what, stream_options options) {
  const auto core = core_;
  if (const auto why = out_of_use(core, "query")) return failed<query_stream>(*why);
  return core->streams().query(what, options);
}

std::future<query_result> client::ask(query_request what, call_options options) {
  const auto core = core_;
  if (const auto why = out_of_use(core, "query")) return failed<query_result>(*why);
  if (auto fine = queries::checked(what); !fine) core->refuse("query", fine.error());
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
  if (auto why = out_of_use(core, "query")) {
    try {
      done(std::move(*why));
    } catch (...) {
      // There is nobody to report it to.
    }
    return;
  }
  if (auto told = core->handler_to_tell("query", std::move(done))) {
    core->streams().ask(what, options, std::move(told));
  }
}

subscription client::subscribe(event_filter filter, event_handlers handlers,
                               stream_options options) {
  const auto core = core_;
  if (const auto why = out_of_use(core, "stream")) return never_opened(*why, handlers);
  return core->streams().subscribe(filter, std::move(handlers), options);
}
subscription client::monitor(log_level level, log_handlers handlers, stream_options options) {
  const auto core = core_;
  if (const auto why = out_of_use(core, "monitor")) return never_opened(*why, handlers);
  return core->streams().monitor(level, std::move(handlers), options);
}
subscription client::query(query_request what, query_handlers handlers, stream_options options) {
  const auto core = core_;
  if (const auto why = out_of_use(core, "query")) return never_opened(*why, handlers);
  return core->streams().query(what, std::move(handlers), options);
}
subscription client::answer(std::string query_name, query_responder responder,
                            answer_options options) {
  const auto core = core_;
  if (const auto why = out_of_use(core, "stream")) return never_opened(*why);
  return core->streams().answer(query_name, std::move(responder), std::move(options));
}
subscription client::on_connection(handler_of<connection_event> changed) {
  const auto core = core_;
  if (const auto why = out_of_use(core, "on_connection")) return never_opened(*why);
  return core->on_connection(std::move(changed));
}

// Of a client moved from nothing runs, and nothing misses it; in a forked child somebody may well
// wait for it, and neither has a handler to be told.
task client::spawn(basic_handler<stop_token> function) {
  const auto core = core_;
  if (!core) return task();
  if (const auto why = out_of_use(core, "spawn")) raise(*why);
  return core->spawn(std::move(function));
}
subscription client::call_every(duration period, basic_handler<subscription_ref> function) {
  if (std::chrono::nanoseconds(period).count() <= 0) {
    raise({errc::invalid_argument, "every: the period must be greater than 0"});
  }
  const auto core = core_;
  if (!core) return subscription();
  if (const auto why = out_of_use(core, "every")) raise(*why);
  return core->every(period, std::move(function));
}

}  // namespace serf
