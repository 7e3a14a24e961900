#include "conformance/conformance_case.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

namespace serf::testing {

using namespace std::chrono_literals;

// An answer's Seq is that of the last request; whatever else comes is a record with its body.
std::string wire::read_answer() {
  for (;;) {
    const auto header = socket.read_value(10s);
    if (!header.has("Error")) return "(no answer)";
    if (header["Seq"].number() == seq) return header["Error"].text();
    records_.emplace_back(header["Seq"].number(), socket.read_value());
  }
}

std::string wire::error_of(const std::string& command) {
  socket.send(++seq, command);
  return read_answer();
}

std::string wire::error_of(const std::string& command, const fake_value& body) {
  socket.send(++seq, command, body);
  return read_answer();
}

wire_answer wire::answer_to(const std::string& command) {
  auto error = error_of(command);
  return {std::move(error), socket.read_value()};
}

wire_answer wire::answer_to(const std::string& command, const fake_value& body) {
  auto error = error_of(command, body);
  return {std::move(error), socket.read_value()};
}

fake_value wire::record_of(std::uint64_t of_seq) {
  const auto kept = std::find_if(records_.begin(), records_.end(),
                                 [&](const auto& each) { return each.first == of_seq; });
  if (kept != records_.end()) {
    auto record = kept->second;
    records_.erase(kept);
    return record;
  }
  for (;;) {
    const auto header = socket.read_value(20s);
    EXPECT_TRUE(header.has("Seq")) << "no record of " << of_seq << " has come";
    if (!header.has("Seq")) return nullptr;
    auto record = socket.read_value();
    if (header["Seq"].number() == of_seq) return record;
    records_.emplace_back(header["Seq"].number(), std::move(record));
  }
}

std::uint64_t wire::stream(const std::string& filter) {
  EXPECT_EQ(error_of("stream", fake_map{{"Type", filter}}), "") << filter;
  const auto opened = seq;
  // Agents acknowledge a stream a moment before they take it up. What is answered behind it is not
  // answered before that.
  EXPECT_EQ(error_of("stop", fake_map{{"Stop", 1000000}}), "");
  return opened;
}

std::vector<fake_value> wire::ask(fake_map query) {
  EXPECT_EQ(error_of("query", std::move(query)), "");
  auto records =
      records_of(seq, [](const fake_value& record) { return record["Type"].text() == "done"; });
  // Agents may close with empty acks and responses: noise of their timers.
  records.erase(std::remove_if(records.begin(), records.end(),
                               [](const fake_value& record) {
                                 return record["Type"].text() != "done" &&
                                        record["From"].text().empty();
                               }),
                records.end());
  return records;
}

void wire::expect_end_without_a_word() {
  EXPECT_EQ(socket.read_to_end(10s), "");
  EXPECT_NE(socket.state(), fake_client_state::open);
}

void on_every_agent::start(const cluster_under_test& cluster) {
  agent_ = start_agent(GetParam(), cluster);
}

std::unique_ptr<wire> on_every_agent::connect() const {
  auto made = std::make_unique<wire>(*agent_);
  made->socket.handshake();
  return made;
}

bool on_every_agent::left_out_for_the_fake_agent(const std::string& reason) const {
  if (!GetParam().fake()) return false;
  const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::cout << "left out: " << test->test_suite_name() << "." << test->name() << ": " << reason
            << std::endl;
  [&] { GTEST_SKIP() << reason; }();
  return true;
}

std::string name_of(const ::testing::TestParamInfo<agent_choice>& info) { return info.param.name; }

}  // namespace serf::testing
