// A program run to its end, and what it printed.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace serf::testing {

struct program_result {
  int exit_code = -1;        // 128 + signal when a signal ended it
  std::string output;        // stdout
  std::string error_output;  // stderr
};

// `file` is a path. After `timeout` the program is killed. An environment variable set to "" is
// unset.
program_result run_program(const std::string& file, const std::vector<std::string>& arguments,
                           const std::vector<std::pair<std::string, std::string>>& environment,
                           std::chrono::milliseconds timeout = std::chrono::seconds(30));

}  // namespace serf::testing
