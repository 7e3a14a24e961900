#pragma once

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <serf/stream_end.hpp>

#include "client/call_counts.hpp"
#include "delivery/record_queue.hpp"
#include "session/failures.hpp"
#include "session/subscriber.hpp"

namespace serf {

// What becomes of a stream for this reason. rejected: the agent refused it; closed: this side ended
// it; lost: anything else.
stream_end end_of(failure why);

// What a stream's messages name: "stream", "127.0.0.1:7373".
struct stream_names {
  const char* command;
  std::string agent;
  std::shared_ptr<call_counts> counts;  // where its opening is counted
};

// Puts the records of one subscription into its queue: gathered while a read of the socket is
// worked through, and pushed in one go. The I/O thread's own.
template <class T>
class feed : public session::subscriber {
 public:
  feed(std::shared_ptr<delivery::record_queue<T>> queue, stream_names names)
      : queue_(std::move(queue)), names_(std::move(names)) {}

  // Whether a record is one to keep; done: it was the last one, and none to keep.
  enum class verdict { keep, skip, done };

  bool record(std::string_view body) final {
    if (!wanted_ && !reads_on()) return false;
    resumed();  // what sends records is taken up
    try {
      auto& next = batch_.emplace_back();
      next.bytes = body.size();
      std::optional<std::string> flaw;
      const verdict found = read(body, next.record, flaw);
      if (found != verdict::keep || flaw || !wanted_) batch_.pop_back();
      if (flaw) return unreadable(*flaw);
      if (found == verdict::done) finish({stream_state::done, {}});
      return found != verdict::done;
    } catch (const std::bad_alloc&) {
      ++lost_;
      return true;
    }
  }

  void flush() final {
    if (lost_ > 0) queue_->lose(std::exchange(lost_, 0));
    if (!batch_.empty()) wanted_ = queue_->push(batch_) && wanted_;
  }

  void expired() override {}
  void ended(const failure& why) final {
    finish(end_of(session::for_call(why, names_.command, sent::maybe)));
  }

  void interrupted() final { gap_due_ = true; }
  void resumed() final {
    if (std::exchange(gap_due_, false)) queue_->push_gap({gap_reason::reconnected, 0});
  }

  const stream_names& names() const noexcept { return names_; }

  bool wanted() const { return queue_->wanted(); }

  void finish(stream_end end) {
    flush();
    queue_->finish(std::move(end));
    wanted_ = false;
  }

 protected:
  virtual verdict read(std::string_view body, T& into, std::optional<std::string>& flaw) = 0;
  // Whether records are still looked at when nobody wants them any more.
  virtual bool reads_on() const { return false; }

 private:
  // Such a record would be lost unseen; so the stream ends, and only that one.
  bool unreadable(const std::string& flaw) {
    if (wanted_) {
      auto why = session::protocol_broken(
          errc::protocol_violation, "sent a record that cannot be read: " + flaw, names_.agent);
      why.command = names_.command;
      finish({stream_state::lost, std::move(why)});
    }
    return reads_on();
  }

  const std::shared_ptr<delivery::record_queue<T>> queue_;
  const stream_names names_;
  std::vector<typename delivery::record_queue<T>::entry> batch_;
  std::uint64_t lost_ = 0;
  bool wanted_ = true;
  bool gap_due_ = false;  // the connection was lost: said before the next record
};

}  // namespace serf
