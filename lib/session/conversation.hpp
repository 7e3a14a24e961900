#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <serf/error.hpp>

#include "protocol/reader.hpp"
#include "protocol/request.hpp"
#include "session/call.hpp"
#include "session/outbox.hpp"
#include "session/pending_table.hpp"
#include "session/stream_table.hpp"
#include "session/waiting_calls.hpp"

namespace serf::session {

struct conversation_settings {
  std::string agent;     // "127.0.0.1:7373", for messages
  std::string auth_key;  // empty: none is sent
  std::uint64_t first_seq = 0;
  std::size_t max_calls = 65536;  // waiting, pending, streams and tombstones of calls together
  std::size_t max_unsent_bytes = 16U << 20U;
  std::chrono::nanoseconds stream_linger{};      // of an event stream that nobody takes any more
  std::size_t most_stopped = 65536;              // streams that late records are still known of
  std::chrono::nanoseconds heartbeat{};          // of silence, before the agent is asked; 0: never
  std::chrono::nanoseconds heartbeat_timeout{};  // then, before the connection is given up
};

// Why the call is one too many, where so many calls and bytes wait already.
std::optional<failure> beyond_limits(const wish& what, std::size_t calls, std::size_t bytes,
                                     const conversation_settings& settings);

// A client's talk with an agent, without the connection: handshake, key, which call an answer
// belongs to, and until when. It survives the loss of a connection: what waits goes on waiting, and
// streams are asked for again on the next. Bytes and time are arguments; what is to be sent stands
// in out(). No Seq is used twice, whichever connection it was on.
//
// Not thread safe: its owner holds a lock over every function here. None of them calls a waiting
// caller, or destroys its call: what is to be called comes back as completions, to be run without
// the lock. Where memory runs out a call stays where it is, or is in what the owner gave to be
// filled, which must outlive the lock.
class conversation {
 public:
  explicit conversation(conversation_settings settings)
      : settings_(std::move(settings)), streams_(settings_.most_stopped) {}

  // connecting: until connected(); handshake, key: until the agent has answered; open; ended: every
  // call is refused with the reason given to end().
  enum class phase { connecting, handshake, key, open, ended };

  // Takes the call. What comes back with a `who` is done already: refused, ready() when ready, or a
  // stream that is there already.
  completion submit(wish&& what, std::unique_ptr<call>&& who, time_point now) noexcept;

  // Why a call that cannot wait fails now; none: it need not.
  std::optional<failure> not_open(const wish& what) const;

  // What to tell one that waited for a connection in vain.
  failure no_connection_for(const wish& what) const;

  // Which agent it is that connections are made to, for messages.
  void set_agent(std::string name) { settings_.agent = std::move(name); }

  // There is a connection: starts to shake hands. If the agent is not done with that by `deadline`,
  // the connection is given up; `timeout` is what the deadline came from, for the message.
  void connected(time_point deadline, std::chrono::nanoseconds timeout);

  // What came of a header, a whole message or a moment in time.
  struct step {
    bool body_follows = false;         // on_header: on_body() is next
    bool is_record = false;            // the body is for `takers`, without on_body()
    subscribers takers;                // nullptr: the body is for nobody
    std::vector<subscribers> expired;  // on_time: to be told so
    bool opened = false;               // calls go out from here on
    subscribers resumed;               // to be told so
    subscribers rejected;              // to be told that they have `ended`, for `rejection`
    failure rejection;
    completion done;                    // the call that was answered, to run with the body
    std::vector<completion> also_done;  // run without one
    std::optional<failure> broken;      // close the connection, and lose() or end() with this
  };
  void on_header(const protocol::header& header, step& next);
  void on_body(step& next);  // after on_header() said that a body follows, when it is complete
  void on_time(time_point now, step& next);
  // Something came from the agent, whatever it was.
  void heard(time_point now) noexcept { heard_at_ = now; }
  // The earliest moment at which on_time() has something to do; max(): none.
  time_point next_deadline();

  // It takes no more of its event stream, which lingers, or of its log, with which the connection
  // ends; or, of a query, the last record has come. What this gives is to be let go of without the
  // lock.
  subscribers leave(const subscriber& taker, time_point now);
  // The taker of a query that is not done by then is told.
  void expire_at(const subscriber& taker, time_point when) { streams_.expire_at(taker, when); }
  // Once the connection has ended: all who still take records, to be told why.
  std::vector<std::shared_ptr<subscriber>> take_subscribers() { return streams_.take_all(); }

  // The agent was asked elsewhere to leave, or has refused to. If it has not left by `until`, it
  // does not.
  void expect_agent_to_leave(bool expected, time_point until = time_point::max()) noexcept {
    leaving_ = expected;
    stays_at_ = expected ? until : time_point::max();
  }

  // The connection is gone, and there may be another: what was sent fails, what waits goes on
  // waiting. After an exception `lost` has a part of it, to be given again.
  struct loss {
    failure why;  // as ending() is
    std::vector<completion> failed;
    stream_table::loss streams;
  };
  void lose(const failure& why, loss& lost);
  // How many connections were lost.
  std::uint64_t losses() const noexcept { return losses_; }
  // Those who only want to know when the agent is ready need not wait any longer.
  void give_up_ready(std::vector<completion>& all);

  // The connection is gone, for `why`: every call fails. May be called again after an exception.
  void end(const failure& why, std::vector<completion>& all);
  // Why the connection ended, or the last one did.
  const failure& ending() const noexcept { return ending_; }
  // What such a loss means where the agent was asked to leave.
  failure as_told(failure why) const;

  outbox& out() noexcept { return out_; }
  // Neither unsent bytes nor an unanswered call.
  bool idle() const noexcept { return out_.empty() && pending_.live() == 0; }
  std::size_t tombstones() const noexcept { return pending_tombstones() + streams_.tombstones(); }
  std::size_t pending_tombstones() const noexcept { return pending_.size() - pending_.live(); }
  std::size_t calls() const noexcept { return pending_.live() + waiting_.size(); }
  std::size_t pending() const noexcept {
    return pending_.size() + waiting_.size() + streams_.size();
  }

 private:
  std::uint64_t send(const protocol::request& request);
  completion make(wish& what, std::unique_ptr<call>& who) noexcept;
  void confirm(std::uint64_t stream, std::chrono::nanoseconds timeout, time_point deadline);
  void stop(std::uint64_t seq);
  void resume_streams();
  void fail_sent(std::vector<completion>& all);
  bool is_silent() const noexcept { return heartbeat_sent_ && heard_at_ <= *heartbeat_sent_; }
  void watch_for_silence(time_point now, step& next);
  void end_due_streams(time_point now, step& next);
  failure log_is_over() const;
  sent whether_sent(const pending_table::entry& each) const noexcept;
  bool was_issued(std::uint64_t seq) const noexcept;
  void on_gate(const protocol::header& header, step& next);
  void open(step& next);
  std::optional<failure> refuse(const wish& what, time_point now) const;
  void finish(std::uint64_t seq, const std::string& error, step& next);

  conversation_settings settings_;
  phase phase_ = phase::connecting;
  outbox out_;
  pending_table pending_;
  stream_table streams_;
  waiting_calls waiting_;
  std::uint64_t next_seq_ = settings_.first_seq;
  std::uint64_t gate_seq_ = 0;  // of the handshake, then of the key
  time_point gate_deadline_ = time_point::max();
  std::chrono::nanoseconds gate_timeout_{};
  bool leaving_ = false;                     // a leave was sent: the agent will hang up
  time_point stays_at_ = time_point::max();  // and if not by then, it will not
  failure ending_;
  std::uint64_t losses_ = 0;
  time_point heard_at_;
  std::optional<time_point> heartbeat_sent_;

  // Of the header whose body is on its way.
  std::uint64_t current_seq_ = 0;
  std::string current_error_;
};

}  // namespace serf::session
