#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace serf {

// The file of one recording, to which nobody else records.
class recording_file {
 public:
  // Made where there is none, for its owner alone to read; what it held is gone. The error says
  // which file, and what is wrong with it: std::invalid_argument.
  explicit recording_file(const std::string& path);
  ~recording_file();
  recording_file(const recording_file&) = delete;
  recording_file& operator=(const recording_file&) = delete;

  // Straight to the kernel, where it outlives this process.
  std::error_code write(std::string_view text) noexcept;

 private:
  int descriptor_ = -1;
};

}  // namespace serf
