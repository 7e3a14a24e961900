#include "fake_agent_program/demo_player.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace serf::testing {

demo_player::demo_player(fake_agent& agent, demo_script script, double events_per_second,
                         std::function<void(const std::string&)> complain)
    : agent_(agent),
      script_(std::move(script)),
      events_per_second_(events_per_second),
      complain_(std::move(complain)),
      started_(clock::now()),
      next_event_(clock::time_point::max()),
      next_step_(clock::time_point::max()) {
  if (events_per_second_ > 0) next_event_ = started_;
  if (!script_.steps().empty()) next_step_ = started_ + script_.steps().front().after;
  through_ = script_.steps().empty();
  thread_ = std::thread([this] { run(); });
}

demo_player::~demo_player() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void demo_player::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    const auto next = std::min(next_event_, next_step_);
    if (next == clock::time_point::max()) {
      stop_.wait(lock, [this] { return stopping_; });
    } else if (!stop_.wait_until(lock, next, [this] { return stopping_; })) {
      lock.unlock();                     // who stops need not wait for the agent
      if (next_step_ <= clock::now()) {  // first: events may be due all the time
        take_step();
      } else {
        send_event();
      }
      lock.lock();
    }
  }
}

// To the multiples of the period: what was held up is made up for.
void demo_player::send_event() {
  agent_.push_user_event({"tick", std::to_string(++events_)});
  constexpr double decades = 1e9;  // within what the clock can count
  const std::chrono::duration<double> due(
      std::min(static_cast<double>(events_) / events_per_second_, decades));
  next_event_ = started_ + std::chrono::duration_cast<clock::duration>(due);
}

void demo_player::take_step() {
  try {
    script_.steps()[step_].action(agent_);
  } catch (const std::exception& error) {
    complain_(error.what());
  }
  if (++step_ == script_.steps().size() && script_.repeats()) step_ = 0;
  next_step_ = step_ < script_.steps().size() ? next_step_ + script_.steps()[step_].after
                                              : clock::time_point::max();
  through_ = next_step_ == clock::time_point::max();
}

}  // namespace serf::testing
