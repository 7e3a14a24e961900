#include "client/streaming.hpp"

#include <utility>

#include "client/answering.hpp"
#include "client/ask.hpp"
#include "client/expression_check.hpp"
#include "client/opening.hpp"
#include "client/queries.hpp"
#include "delivery/handled_subscription.hpp"
#include "vocabulary/printable.hpp"

namespace serf {
namespace {

using clock = std::chrono::steady_clock;

// What is wrong with the options, if anything.
std::optional<failure> flaw_of(const stream_options& how) {
  if (how.max_records() == 0 || how.max_bytes() == 0) {
    return failure(errc::invalid_argument,
                   std::string("stream_options::") +
                       (how.max_records() == 0 ? "max_records" : "max_bytes") +
                       " must be greater than 0");
  }
  return std::nullopt;
}

}  // namespace

template <class T>
struct streaming::plan {
  std::optional<failure> flaw;  // what no agent would accept
  std::shared_ptr<delivery::record_queue<T>> queue;
  std::shared_ptr<feed<T>> records;
  session::wish what;
  std::weak_ptr<connection> over;      // which to leave; none: what cannot be left
  std::function<void()> acknowledged;  // I/O thread
  std::function<void(session::wish, std::unique_ptr<session::call>)> send;

  // Any thread, also once the client is gone.
  std::function<void()> leave() const {
    return [over = over, records = std::weak_ptr<feed<T>>(records)] {
      const auto connection = over.lock();
      const auto taker = records.lock();
      if (connection && taker) connection->leave(*taker);
    };
  }
};

session::wish streaming::timed(const std::optional<std::chrono::nanoseconds>& timeout,
                               bool fail_fast) const {
  session::wish what;
  what.timeout = timeout.value_or(with_.call_timeout);
  what.deadline = session::after(clock::now(), what.timeout);
  what.fail_fast = fail_fast;
  return what;
}

streaming::plan<event> streaming::stream_plan(const event_filter& filter,
                                              const stream_options& how) {
  plan<event> made;
  made.flaw = flaw_of(how);
  if (auto fine = filter.check(); !fine) made.flaw = std::move(fine.error());
  made.queue = with_.totals->make_queue<event>(how);
  made.over = with_.main;
  made.records =
      std::make_shared<event_feed>(made.queue, names("stream"), made.over, with_.call_timeout);
  made.what = timed(how.timeout(), how.fail_fast());
  made.what.request = protocol::stream(filter.text());
  made.what.records = made.records;
  made.send = [main = with_.main](session::wish what, std::unique_ptr<session::call> who) {
    main->submit(std::move(what), std::move(who));
  };
  return made;
}

streaming::plan<log_entry> streaming::monitor_plan(log_level level, const stream_options& how) {
  plan<log_entry> made;
  made.flaw = flaw_of(how);
  made.queue = with_.totals->make_queue<log_entry>(how);
  auto records = std::make_shared<log_feed>(made.queue, names("monitor"), level);
  made.records = records;
  made.what = timed(how.timeout(), how.fail_fast());
  made.what.request = protocol::monitor(level);
  if (!made.flaw && how.fail_fast()) {
    // Its connection is yet to be made; whether to wait is for the main one to say.
    made.flaw = with_.main->not_open(made.what);
    made.what.fail_fast = false;
  }
  if (made.flaw) return made;
  const auto where = with_.logs.make();
  made.over = monitors::connection_of(where);
  made.send = [this, where, records](session::wish what, std::unique_ptr<session::call> who) {
    with_.logs.open(where, std::move(what), records, std::move(who));
  };
  return made;
}

streaming::plan<query_reply> streaming::query_plan(const query_request& what,
                                                   const stream_options& how) {
  plan<query_reply> made;
  made.flaw = flaw_of(how);
  made.queue = with_.totals->make_queue<query_reply>(how);
  made.records = std::make_shared<query_feed>(made.queue, names("query"), what.name());
  made.what = timed(how.timeout(), how.fail_fast());
  made.what.records = made.records;
  auto request = queries::checked(what);
  if (!request) {
    made.flaw = std::move(request.error());
    return made;
  }
  made.what.request = std::move(*request);
  made.acknowledged = [over = std::weak_ptr<connection>(with_.main), records = made.records,
                       life = queries::life_of(what)] {
    if (const auto main = over.lock()) {
      main->expire_at(*records, session::after(clock::now(), life));
    }
  };
  made.send = [this, asked = what](session::wish sent, std::unique_ptr<session::call> who) {
    send_query(asked, std::move(sent), std::move(who), with_.main, with_.risky);
  };
  return made;
}

template <class T>
std::future<pull_stream<T>> streaming::pull(plan<T> what) {
  if (what.flaw && what.flaw->code == errc::invalid_argument) {
    with_.counts->reject(what.records->names().command);
    raise(*what.flaw);
  }
  auto leave = what.over.lock() ? what.leave() : nullptr;
  if (leave) what.queue->on_close(leave);
  auto call = std::make_unique<pull_opening<T>>(what.queue, what.records,
                                                std::move(what.acknowledged), leave);
  auto future = call->get_future();
  if (what.flaw) {
    call->failed(std::move(*what.flaw), {});
  } else {
    what.send(std::move(what.what), std::move(call));
  }
  return future;
}

template <class T, class Handlers>
subscription streaming::push(plan<T> what, Handlers&& handlers, const stream_options& how,
                             std::string name, int concurrency, std::string answers) {
  auto leave = what.over.lock() ? what.leave() : nullptr;
  if (leave) what.queue->on_close(leave);
  delivery::turn_options turns;
  turns.place = how.deliver();
  turns.concurrency = concurrency;
  turns.name = std::move(name);
  if (turns.place.where()) turns.calling = executors_.mail();
  auto unhandled = [written = with_.written, who = turns.name](const gap& missing) {
    written.write(log_level::warn, who + ": " + to_string(missing));
  };
  auto core = delivery::handled_subscription<T, std::decay_t<Handlers>>::make(
      what.queue, std::forward<Handlers>(handlers), std::move(turns), with_.delivery,
      std::move(unhandled));
  subscriptions_.add(core, std::move(answers), static_cast<bool>(how.deliver().where()));
  subscription made(core);
  auto call = std::make_unique<push_opening<T>>(core, what.records, std::move(what.acknowledged),
                                                std::move(leave));
  if (what.flaw) {
    call->failed(std::move(*what.flaw), {});
  } else {
    what.send(std::move(what.what), std::move(call));
  }
  return made;
}

std::future<event_stream> streaming::stream(const event_filter& filter, const stream_options& how) {
  return pull(stream_plan(filter, how));
}
std::future<log_stream> streaming::monitor(log_level level, const stream_options& how) {
  return pull(monitor_plan(level, how));
}
std::future<query_stream> streaming::query(const query_request& what, const stream_options& how) {
  return pull(query_plan(what, how));
}

subscription streaming::subscribe(const event_filter& filter, event_handlers&& handlers,
                                  const stream_options& how) {
  return push(stream_plan(filter, how), std::move(handlers), how,
              "the subscription to " + to_string(filter));
}
subscription streaming::monitor(log_level level, log_handlers&& handlers,
                                const stream_options& how) {
  return push(monitor_plan(level, how), std::move(handlers), how,
              "the monitor at level " + to_string(level));
}
subscription streaming::query(const query_request& what, query_handlers&& handlers,
                              const stream_options& how) {
  return push(query_plan(what, how), std::move(handlers), how,
              "the query " + in_quotes(what.name()));
}

subscription streaming::answer(const std::string& name, query_responder&& responder,
                               answer_options&& how) {
  const auto filter = queries::filter_for(name);
  auto made = stream_plan(filter ? *filter : event_filter(), how.stream());
  if (!filter) made.flaw = filter.error();
  if (how.concurrency() < 1) {
    made.flaw = failure(errc::invalid_argument, "answer_options::concurrency must be at least 1");
  }
  answering handlers(std::move(responder), how.on_failure(), with_.written, with_.delivery.mail());
  if (how.on_end()) {
    handlers.on_end([told = how.on_end()](const stream_end& end) { (*told)(end); });
  }
  return push(std::move(made), std::move(handlers), how.stream(),
              "the answers to the query " + in_quotes(name), how.concurrency(), name);
}

void streaming::ask(const query_request& what, const call_options& how,
                    std::unique_ptr<typed_call<query_result>> told) {
  auto request = queries::checked(what);
  if (!request) return told->failed(std::move(request.error()), {});
  auto sent = timed(how.timeout(), how.fail_fast());
  sent.request = std::move(*request);
  auto gathering = std::make_shared<query_gathering>(what, names("query"));
  gathering->tell(std::move(told));
  sent.records = gathering;
  // A time given for the call is for all of it; by then it has what has come.
  const auto latest = how.timeout() ? sent.deadline : session::time_point::max();
  auto call = std::make_unique<asking>(gathering, with_.main, queries::life_of(what), latest);
  send_query(what, std::move(sent), std::move(call), with_.main, with_.risky);
}

bool streaming::would_deadlock(const std::string& query_name) const {
  return with_.delivery.is_current() && subscriptions_.answer_on_delivery_thread(query_name);
}

}  // namespace serf
