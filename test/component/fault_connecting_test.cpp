// No agent, or one that does not get as far as the handshake: rows of docs/faults.md. Each lasts
// until the test ends it, and then the same client is served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>
#include <serf/testing/fake_encoding.hpp>

#include "component/fault_expectations.hpp"
#include "support/black_hole.hpp"
#include "unit/transport/name_service.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;

// An agent that cannot be reached, until end().
class trouble {
 public:
  trouble() = default;
  virtual ~trouble() = default;
  trouble(const trouble&) = delete;
  trouble& operator=(const trouble&) = delete;

  virtual std::string address() const = 0;
  virtual void end() = 0;
};

class agent_trouble final : public trouble {
 public:
  using change = std::function<void(fake_agent&)>;
  agent_trouble(const change& begin, change end) : end_(std::move(end)) { begin(agent_); }

  std::string address() const override { return agent_.address(); }
  void end() override { end_(agent_); }

 private:
  fake_agent agent_;
  change end_;
};

class black_holed final : public trouble {
 public:
  std::string address() const override { return address_; }
  void end() override {
    hole_.reset();
    const auto colon = address_.find(':');
    agent_.emplace(fake_agent_options()
                       .address(address_.substr(0, colon))
                       .port(std::stoi(address_.substr(colon + 1))));
  }

 private:
  std::optional<black_hole> hole_{std::in_place};
  std::string address_ = hole_->address();
  std::optional<fake_agent> agent_;
};

class name_without_address final : public trouble {
 public:
  std::string address() const override { return "nowhere.test:" + std::to_string(agent_.port()); }
  void end() override { transport::testing::define_name("nowhere.test", {"127.0.0.1"}); }

 private:
  fake_agent agent_;
};

class name_without_answer final : public trouble {
 public:
  std::string address() const override { return "silent.test:" + std::to_string(agent_.port()); }
  void end() override { silence_.end(); }

 private:
  fake_agent agent_;
  transport::testing::silence silence_;
};

struct connecting_fault {
  const char* name;
  std::function<std::unique_ptr<trouble>()> begin;
  errc code;                                             // of ready()
  std::string text;                                      // in what ready() and each call fail of
  std::chrono::milliseconds connect_timeout = patience;  // shorter where nothing is what comes
};

void PrintTo(const connecting_fault& row, std::ostream* out) { *out << row.name; }

template <class Trouble>
std::unique_ptr<trouble> in_trouble() {
  return std::make_unique<Trouble>();
}

auto agent_that(agent_trouble::change begin, agent_trouble::change end) {
  return [=]() -> std::unique_ptr<trouble> { return std::make_unique<agent_trouble>(begin, end); };
}

// Each handshake meets the fault.
auto handshake_that(const std::function<void(fake_override)>& fault) {
  return agent_that([=](fake_agent& agent) { fault(agent.on("handshake")); },
                    [](fake_agent& agent) { agent.on("handshake").as_usual(); });
}

auto handshake_answered_by(const std::string& bytes) {
  return handshake_that([=](fake_override handshake) { handshake.reply_raw(bytes); });
}

auto half_a_handshake(cut then) {
  return handshake_that([=](fake_override handshake) { handshake.cut_reply_after(7, then); });
}

class connecting : public ::testing::TestWithParam<connecting_fault> {};

TEST_P(connecting, is_told_and_overcome) {
  const auto& row = GetParam();
  const auto fault = row.begin();
  const memory_growth growth;
  client client(faulted_client(fault->address()).connect_timeout(row.connect_timeout));
  expect_failure(failure_of(client.ready()), row.code, row.text, fault->address());
  expect_no_spinning_during([&] {
    const auto why = failure_of(client.members({}, 200ms));
    expect_failure(why, errc::unreachable, row.text, fault->address());
    EXPECT_THAT(why->message, HasSubstr("no connection within 200 ms"));
    EXPECT_EQ(why->sent, sent::no);
  });
  EXPECT_LE(growth.mib(), 16 * memory_factor);
  auto waiting = client.members({}, patience);
  fault->end();
  EXPECT_FALSE(failure_of(std::move(waiting)));
  EXPECT_EQ(client.state(), connection_state::ready);
  EXPECT_EQ(client.members().get().at(0).name, "n1");
}

const std::string silent = "no answer to the handshake";

INSTANTIATE_TEST_SUITE_P(
    fails, connecting,
    ::testing::Values(
        connecting_fault{"refused_port",
                         agent_that([](auto& agent) { agent.refuse_connections(); },
                                    [](auto& agent) { agent.accept_connections(); }),
                         errc::unreachable, "Connection refused"},
        connecting_fault{"black_hole", in_trouble<black_holed>, errc::unreachable, "200 ms", 200ms},
        connecting_fault{"dns_failure", in_trouble<name_without_address>, errc::unreachable,
                         "nowhere.test"},
        connecting_fault{"dns_silence", in_trouble<name_without_answer>, errc::unreachable,
                         "lookup", 200ms},
        connecting_fault{
            "accept_then_silence",
            agent_that([](auto& agent) { agent.freeze(); }, [](auto& agent) { agent.thaw(); }),
            errc::unreachable, silent, 200ms},
        connecting_fault{"close_before_the_handshake",
                         handshake_that([](auto handshake) { handshake.close_connection(); }),
                         errc::connection_lost, "closed the connection"},
        connecting_fault{"reset_before_the_handshake",
                         handshake_that([](auto handshake) { handshake.reset_connection(); }),
                         errc::connection_lost, "Connection reset by peer"},
        connecting_fault{"half_a_handshake", half_a_handshake(cut::stop), errc::unreachable, silent,
                         200ms},
        connecting_fault{"half_a_handshake_and_close", half_a_handshake(cut::close),
                         errc::connection_lost, "closed the connection"},
        connecting_fault{"half_a_handshake_and_reset", half_a_handshake(cut::reset),
                         errc::connection_lost, "Connection reset by peer"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    meets_another_server, connecting,
    ::testing::Values(
        connecting_fault{"http_banner", handshake_answered_by("HTTP/1.1 400 Bad Request\r\n\r\n"),
                         errc::protocol_violation, "an HTTP server, not a Serf agent"},
        connecting_fault{"noise_of_64_kb", handshake_answered_by(std::string(65536, 'n')),
                         errc::protocol_violation, "starts with 0x6e"},
        connecting_fault{"byte_0xc1", handshake_answered_by("\xc1"), errc::protocol_violation,
                         "starts with 0xc1"},
        connecting_fault{"header_of_wrong_types",
                         handshake_answered_by(encode(fake_map{{"Error", 1}, {"Seq", "0"}})),
                         errc::protocol_violation, "sent a header"},
        connecting_fault{"answer_to_another_request", handshake_answered_by(encode_header(4711)),
                         errc::protocol_violation, "request 4711 instead of the handshake"},
        connecting_fault{"str32_of_4_gib",
                         handshake_answered_by("\x82\xa5"
                                               "Error\xdb\xff\xff\xff\xff"),
                         errc::limit_exceeded, "header"},
        connecting_fault{"map32_of_2_to_the_31", handshake_answered_by("\xdf\x80\0\0\0"s),
                         errc::limit_exceeded, "header"},
        connecting_fault{"nested_maps_1_million",
                         handshake_answered_by(std::string(1'000'000, '\x81')),
                         errc::limit_exceeded, "nested deeper than"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace serf::testing
