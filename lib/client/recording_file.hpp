#pragma once

#include <sys/types.h>

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

  // In a forked child: closes it there, unless the child has done so and its number is another's.
  // The lock stays with the other process.
  void abandon() const noexcept;

 private:
  int descriptor_ = -1;
  dev_t device_ = 0;  // with the number of the file: its identity
  ino_t number_ = 0;
};

}  // namespace serf
