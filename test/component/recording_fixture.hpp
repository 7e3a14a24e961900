// The fixture of tests whose clients record.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>
#include <serf/testing/replay.hpp>

#include "support/temporary_directory.hpp"

namespace serf {

class recording : public ::testing::Test {
 protected:
  std::string recorded() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t count_of(const std::string& text) const {
    const std::string all = recorded();
    std::size_t count = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++count;
    return count;
  }
  client_options options(const std::string& address) const {
    return client_options(address).reconnect(false);
  }

  // The client is gone, and its recording complete, when this returns.
  void record(const testing::fake_agent& agent, const std::function<void(client&)>& application,
              const std::string& key = "") {
    client recorded(options(agent.address()).auth_key(key).session_recording(file_));
    application(recorded);
  }
  void replay(const std::function<void(client&)>& application, const std::string& key = "") {
    const auto session = testing::replay_agent_session(file_);
    {
      client replayed(options(session.address()).auth_key(key));
      application(replayed);
      EXPECT_TRUE(session.wait_done(std::chrono::seconds(10))) << session.outstanding();
    }
    EXPECT_EQ(session.mismatch(), std::nullopt);
  }

  const testing::temporary_directory directory_;
  const std::string file_ = directory_ / "session.txt";
};

}  // namespace serf
