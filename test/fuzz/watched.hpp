// Callers and takers of records who insist on what they were promised.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "fuzz/expect.hpp"
#include "session/call.hpp"
#include "session/deadline_queue.hpp"
#include "session/subscriber.hpp"

namespace serf::fuzz {

struct taker final : session::subscriber {
  explicit taker(std::size_t wanted_records) : wanted(wanted_records) {}

  bool record(std::string_view) override {
    expect(!is_ended, "no record comes behind the end");
    if (wanted > 0) --wanted;
    return wanted > 0;
  }
  void flush() override {}
  void expired() override { expect(!is_ended, "nobody is told of a time behind the end"); }
  void ended(const failure& why) override {
    expect(!std::exchange(is_ended, true), "the end is told once");
    expect(!why.message.empty(), "an end has a reason");
  }

  void interrupted() override {
    expect(!is_ended && !is_opening, "only an open stream is interrupted");
  }
  void resumed() override { expect(!is_ended, "no stream is resumed behind its end"); }

  std::size_t wanted;
  bool is_of_query = false;
  bool is_opening = true;  // the call that opens its stream is not done
  bool has_left = false;
  bool is_ended = false;
};

struct call_state {
  session::time_point deadline;
  bool is_done = false;
};

class watched_call final : public session::call {
 public:
  watched_call(std::shared_ptr<call_state> state, std::function<void(bool answered)> done)
      : state_(std::move(state)), done_(std::move(done)) {}
  ~watched_call() override { expect(state_->is_done, "no call is dropped without a word"); }

  void answered(std::string_view) override { finish(true); }
  void failed(failure why, std::string_view) override {
    expect(!why.message.empty(), "a failure has a text");
    finish(false);
  }

 private:
  void finish(bool answered) {
    expect(!std::exchange(state_->is_done, true), "a call completes once");
    if (done_) done_(answered);
  }

  const std::shared_ptr<call_state> state_;
  const std::function<void(bool)> done_;
};

}  // namespace serf::fuzz
