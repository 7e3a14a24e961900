#include "delivery/turns.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "vocabulary/home_process.hpp"

namespace serf::delivery {

// A turn in the hands of an executor. Its job may be copied, run several times, or destroyed
// without having run.
class turns::ticket {
 public:
  explicit ticket(std::shared_ptr<turns> who) : who_(std::move(who)) {}
  ~ticket() {
    if (is_forked() || taken_.exchange(true)) return;
    auto* const who = who_.get();
    who->refused(std::move(who_), "the executor destroyed a job without having run it", nullptr);
  }
  ticket(const ticket&) = delete;
  ticket& operator=(const ticket&) = delete;

  void run() {
    if (is_forked()) return;
    // Not within the executor itself: on the thread that called it, or ever deeper on the stack of
    // its own.
    if (giver_ == std::this_thread::get_id()) {
      ran_within_ = true;
      return;
    }
    if (taken_.exchange(true)) return;
    const auto who = std::move(who_);
    who->take_turn(who);
  }
  // For the thread that gives it to the executor.
  void given_by(std::thread::id giver) { giver_ = giver; }
  bool ran_within() const { return ran_within_; }
  // nullptr: it runs, or has run, or another thread has the share already.
  std::shared_ptr<turns> take_back() { return taken_.exchange(true) ? nullptr : std::move(who_); }

 private:
  // In a forked child, which has inherited the executor's queue with its jobs: the handlers are the
  // parent's, and locks may be held for ever by threads that are not here. What the job holds is
  // leaked.
  bool is_forked() noexcept {
    if (home_.is_here()) return false;
    leak(who_);
    return true;
  }

  const home_process home_;
  std::shared_ptr<turns> who_;
  std::atomic<bool> taken_{false};
  std::atomic<std::thread::id> giver_{};
  bool ran_within_ = false;  // of the giver alone
};

turns::turns(turn_options how, delivery_thread::mailbox delivery)
    : how_(std::move(how)),
      on_executor_(static_cast<bool>(how_.place.where())),
      mail_(std::move(delivery)),
      calling_(how_.calling.value_or(mail_)) {
  how_.concurrency = on_executor_ ? std::max(how_.concurrency, 1) : 1;
}

void turns::schedule(std::shared_ptr<turns> self) {
  if (!self->claim()) return;
  if (!self->on_executor_) return hand_over(std::move(self));
  const std::weak_ptr<turns> who = self;
  try {
    const auto mail = self->calling_;
    mail.post([self = std::move(self)]() mutable { hand_over(std::move(self)); });
  } catch (...) {  // no memory for the job
    if (auto still = who.lock()) still->refused(still, "no turn can be posted", nullptr);
  }
}

// Of a turn that is claimed. With an executor: on the thread that calls it.
void turns::hand_over(std::shared_ptr<turns> self) {
  const std::weak_ptr<turns> who = self;
  try {
    if (give(std::move(self)) != given::here) return;
    if (auto still = who.lock()) {
      still->refused(still, "the executor ran a job on the thread that gave it", nullptr);
    }
  } catch (...) {  // no memory for the job
    if (auto still = who.lock()) still->refused(still, "no turn can be posted", nullptr);
  }
}

void turns::invite() {
  if (!claim()) return;
  try {
    if (give(std::static_pointer_cast<turns>(shared_from_this())) != given::here) return;
  } catch (...) {  // no memory: the turns that there are do it
  }
  const std::lock_guard<std::mutex> lock(turns_mutex_);
  --taken_;
}

bool turns::claim() {
  const std::lock_guard<std::mutex> lock(turns_mutex_);
  if (!opened_ || end_told_) return false;
  // on_start comes before all: it has the first turn for itself.
  if (taken_ >= (started_ ? how_.concurrency : 1)) {
    again_ = true;
    return false;
  }
  ++taken_;
  return true;
}

void turns::on_opened(const result<void>& outcome) {
  {
    const std::lock_guard<std::mutex> lock(turns_mutex_);
    opened_ = true;
    start_ = outcome;
  }
  schedule(std::static_pointer_cast<turns>(shared_from_this()));
}

void turns::take_turn(const std::shared_ptr<turns>& self) {
  const subscription_ref ref(self);
  std::optional<result<void>> start;
  {
    const std::lock_guard<std::mutex> lock(turns_mutex_);
    start.swap(start_);
  }
  if (start) {
    deliver_start(*start, ref);
    const std::lock_guard<std::mutex> lock(turns_mutex_);
    started_ = true;
  }
  for (;;) {
    int left = records_per_turn;
    while (left > 0 && deliver_one(ref)) --left;
    if (left > 0 || at_end()) {
      if (rest(ref)) return;
      continue;
    }
    // The others' turn. Where an executor knows no others, this one goes on.
    if (give(self) != given::here) {
      // It may have ended before the next turn was posted: whoever drains the delivery thread then
      // waits for this turn, not for that one.
      if (!on_executor_ && at_end()) end_once(ref);
      return;
    }
  }
}

// Gives the turn up, when nothing is left to do. False: more has come meanwhile.
bool turns::rest(const subscription_ref& self) {
  {
    const std::lock_guard<std::mutex> lock(turns_mutex_);
    if (std::exchange(again_, false)) return false;
    if (!at_end() || taken_ > 1) {  // on_end comes after all: it is for the last turn
      --taken_;
      return true;
    }
  }
  end_once(self);
  const std::lock_guard<std::mutex> lock(turns_mutex_);
  --taken_;
  return true;
}

void turns::end_once(const subscription_ref& self) {
  {
    const std::lock_guard<std::mutex> lock(turns_mutex_);
    if (std::exchange(end_told_, true)) return;
  }
  deliver_end(self);
}

// Of a turn that is claimed.
turns::given turns::give(std::shared_ptr<turns> self) {
  if (!self->on_executor_) {
    const auto mail = self->mail_;
    return mail.post([self = std::move(self)] { self->take_turn(self); }) ? given::away
                                                                          : given::nowhere;
  }
  const auto job = std::make_shared<ticket>(self);
  return self->give_to_executor(job);
}

turns::given turns::give_to_executor(const std::shared_ptr<ticket>& job) {
  std::exception_ptr thrown;
  std::string why = "the executor threw";
  job->given_by(std::this_thread::get_id());
  // Once cancel() has returned the executor is not called any more: it may be gone.
  const bool called = run_feed([&] {
    try {
      how_.place.where()([job] { job->run(); });
    } catch (const std::exception& error) {
      thrown = std::current_exception();
      why += std::string(": ") + error.what();
    } catch (...) {
      thrown = std::current_exception();
    }
  });
  job->given_by({});
  if (called && !thrown && !job->ran_within()) return given::away;
  auto self = job->take_back();
  if (!self) return given::away;
  if (called && !thrown) return given::here;
  if (thrown) refused(std::move(self), why, thrown);
  return given::nowhere;
}

// Its handlers must run nowhere else, so they do not run any more.
void turns::refused(std::shared_ptr<turns> self, const std::string& what,
                    std::exception_ptr exception) {
  {
    const std::lock_guard<std::mutex> lock(turns_mutex_);
    if (end_told_) return;
  }
  if (cancelled()) return;
  try {
    request_cancel();
    const auto mail = mail_;
    mail.post([self = std::move(self), failure = handler_failure{how_.name, what, exception}] {
      self->mail_.report(failure);
    });
  } catch (...) {
    // No memory to report it.
  }
}

void turns::drop_handlers() { how_.place = {}; }

void turns::drop_elsewhere() {
  try {
    mail_.post(
        [self = std::static_pointer_cast<turns>(shared_from_this())] { self->drop_if_idle(); });
  } catch (...) {
    // No memory for the job. As where there is no delivery thread any more, cancel() does it, or
    // the end of this object.
  }
}

}  // namespace serf::delivery
