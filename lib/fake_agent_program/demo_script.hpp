// What a script has a fake agent do, line by line. The language is described in docs/testing.md.
#pragma once

#include <chrono>
#include <functional>
#include <istream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <serf/testing/fake_agent.hpp>

namespace serf::testing {

struct demo_step {
  std::chrono::nanoseconds after{0};  // the step before
  std::function<void(fake_agent&)> action;
};

// One whose line cannot be understood: "line 3: no such word: jion".
struct bad_script : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class demo_script {
 public:
  static demo_script read(std::istream& lines);  // throws bad_script

  const std::vector<demo_step>& steps() const { return steps_; }
  bool repeats() const { return repeats_; }  // from the start, when it is through

 private:
  std::vector<demo_step> steps_;
  bool repeats_ = false;
};

// "role=web" as a pair; std::invalid_argument without a "=" or a key.
std::pair<std::string, std::string> tag_of(const std::string& text);

}  // namespace serf::testing
