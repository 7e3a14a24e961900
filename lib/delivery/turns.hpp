#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <serf/delivery.hpp>
#include <serf/result.hpp>
#include <serf/subscription.hpp>

#include "delivery/delivery_thread.hpp"
#include "delivery/subscription_core.hpp"

namespace serf::delivery {

struct turn_options {
  delivery::place place;
  int concurrency = 1;  // turns at once, on an executor; the delivery thread has one
  std::string name;     // for reports: "the subscription to user:deploy"
  // Of the thread that calls the executor, since the I/O thread must not. None: the delivery
  // thread.
  std::optional<delivery_thread::mailbox> calling = std::nullopt;
};

// A subscription whose handlers are called in turns: jobs of the delivery thread or an executor
// that handle a few records each, so that subscriptions with many records and those with few get
// their share of the thread. Nothing is on its way as long as there is nothing to do.
//
// A share goes with each job, and is never kept by who posts it.
class turns : public subscription_core {
 public:
  // Something has come. Any thread; takes the share that it is given.
  static void schedule(std::shared_ptr<turns> self);

 protected:
  turns(turn_options how, delivery_thread::mailbox delivery);
  ~turns() override = default;

  // Calls the handlers for one record, in run(). False: there was none.
  virtual bool deliver_one(const subscription_ref& self) = 0;
  virtual void deliver_start(const result<void>& outcome, const subscription_ref& self) = 0;
  virtual void deliver_end(const subscription_ref& self) = 0;
  // All was taken, and no more comes.
  virtual bool at_end() const = 0;

  // Runs a handler on this thread: unless cancelled, watched, its exceptions reported.
  template <class F>
  void call(F handler) {
    mail_.call(how_.name, handler);
  }
  // Another turn, where there may be one: from within a turn that leaves records behind.
  void invite();
  bool is_concurrent() const noexcept { return how_.concurrency > 1; }

  void on_opened(const result<void>& outcome) override;
  void drop_handlers() override;
  void drop_elsewhere() override;

 private:
  static constexpr int records_per_turn = 32;
  class ticket;

  // Where a turn went.
  enum class given { away, here, nowhere };

  void take_turn(const std::shared_ptr<turns>& self);
  bool claim();
  bool rest(const subscription_ref& self);
  void end_once(const subscription_ref& self);
  static given give(std::shared_ptr<turns> self);
  static void hand_over(std::shared_ptr<turns> self);
  given give_to_executor(const std::shared_ptr<ticket>& job);
  void refused(std::shared_ptr<turns> self, const std::string& what, std::exception_ptr exception);

  turn_options how_;  // the executor: only within run_feed(), as the user's handlers are
  const bool on_executor_;
  const delivery_thread::mailbox mail_;
  const delivery_thread::mailbox calling_;

  // Over a few words. The queue's is the only one taken within, and never the other way round.
  std::mutex turns_mutex_;
  bool opened_ = false;
  std::optional<result<void>> start_;  // until on_start has been called
  bool started_ = false;
  bool again_ = false;  // something came while all turns were taken
  int taken_ = 0;       // turns under way
  bool end_told_ = false;
};

}  // namespace serf::delivery
