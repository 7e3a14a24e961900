// A script for serf-fake-agent, in a file that goes away.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace serf::testing {

class script_file {
 public:
  explicit script_file(const std::string& text) {
    const int descriptor = ::mkstemp(name_.data());
    EXPECT_GE(descriptor, 0);
    ::close(descriptor);
    std::ofstream(name_) << text;
  }
  ~script_file() { ::unlink(name_.c_str()); }
  script_file(const script_file&) = delete;
  script_file& operator=(const script_file&) = delete;

  const std::string& name() const { return name_; }

 private:
  std::string name_ = ::testing::TempDir() + "serf_script_XXXXXX";
};

}  // namespace serf::testing
