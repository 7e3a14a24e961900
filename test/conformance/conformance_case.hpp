// What all conformance cases have: an agent, fake or real, and a connection to it that speaks raw
// msgpack. A case runs once for each agent under test.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <serf/testing/fake_value.hpp>

#include "conformance/agent_under_test.hpp"
#include "support/fake_client.hpp"

namespace serf::testing {

struct wire_answer {
  std::string error;
  fake_value body;
};

// A connection of its own, with or without a handshake made. Its Seqs count from 1.
class wire {
 public:
  explicit wire(const agent_under_test& agent) : socket(agent.host(), agent.port()) {}

  // Sends a request and reads the header of its answer: what the error says, "" for success.
  // Records that come in between are kept for record_of().
  std::string error_of(const std::string& command);
  std::string error_of(const std::string& command, const fake_value& body);
  // The same where the answer has a body.
  wire_answer answer_to(const std::string& command);
  wire_answer answer_to(const std::string& command, const fake_value& body);

  // The next record with this Seq; nil, and a failure, when none comes. Others are kept.
  fake_value record_of(std::uint64_t of_seq);
  // The records of this Seq that are here once `last` holds for one, that one included.
  template <class Predicate>
  std::vector<fake_value> records_of(std::uint64_t of_seq, Predicate last) {
    std::vector<fake_value> records;
    do {
      records.push_back(record_of(of_seq));
    } while (!records.back().is_nil() && !last(records.back()));
    return records;
  }

  // A stream; the Seq of its records. A failure when the agent refuses.
  std::uint64_t stream(const std::string& filter);
  // Everything an agent says to a query, the last being done.
  std::vector<fake_value> ask(fake_map query);

  // Nothing more comes but the end of the connection.
  void expect_end_without_a_word();

  fake_client socket;
  std::uint64_t seq = 0;  // of the last request

 private:
  std::string read_answer();

  std::vector<std::pair<std::uint64_t, fake_value>> records_;
};

class on_every_agent : public ::testing::TestWithParam<agent_choice> {
 protected:
  // Once a case: the agent; and a connection that has made its handshake.
  void start(const cluster_under_test& cluster = {});
  std::unique_ptr<wire> connect() const;

  agent_under_test& agent() const { return *agent_; }

  // True: this is the fake agent, and the case is skipped, for a reason that test/run.sh prints.
  // The only way to leave a case out, and for one agent only.
  bool left_out_for_the_fake_agent(const std::string& reason) const;

 private:
  std::unique_ptr<agent_under_test> agent_;
};

// An agent that is alone, connected to.
class on_every_lone_agent : public on_every_agent {
 protected:
  void SetUp() override {
    start();
    client = connect();
  }

  std::unique_ptr<wire> client;
};

std::string name_of(const ::testing::TestParamInfo<agent_choice>& info);

#define SERF_ON_EVERY_AGENT(suite)                                                    \
  INSTANTIATE_TEST_SUITE_P(agents, suite,                                             \
                           ::testing::ValuesIn(::serf::testing::agents_under_test()), \
                           ::serf::testing::name_of)

}  // namespace serf::testing
