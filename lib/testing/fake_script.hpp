// The rules that a test has given a fake agent.
#pragma once

#include <deque>
#include <string>

#include <serf/testing/fake_override.hpp>

namespace serf::testing {

class fake_script {
 public:
  void add(fake_rule rule);
  fake_action next(const std::string& command);  // counts it as used
  void stop_holding();                           // rules that hold are over

 private:
  std::deque<fake_rule> counted_;
  std::deque<fake_rule> lasting_;
};

}  // namespace serf::testing
