// Plays a script on a fake agent, on a thread of its own, and has it send events in a steady flow.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include <serf/testing/fake_agent.hpp>

#include "fake_agent_program/demo_script.hpp"

namespace serf::testing {

class demo_player {
 public:
  // What a step cannot do (of an unknown member, for example) is told to `complain`, on the thread,
  // and the next step follows.
  demo_player(fake_agent& agent, demo_script script, double events_per_second,
              std::function<void(const std::string&)> complain);
  ~demo_player();                            // stops, whatever is left
  bool through() const { return through_; }  // no step of the script is to come
  demo_player(const demo_player&) = delete;
  demo_player& operator=(const demo_player&) = delete;

 private:
  using clock = std::chrono::steady_clock;

  void run();
  void send_event();
  void take_step();

  fake_agent& agent_;
  const demo_script script_;
  const double events_per_second_;
  const std::function<void(const std::string&)> complain_;

  // Of the thread.
  clock::time_point started_, next_event_, next_step_;
  std::size_t step_ = 0;
  std::uint64_t events_ = 0;

  std::atomic<bool> through_{false};
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace serf::testing
