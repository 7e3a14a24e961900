#include "client/lane.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <vector>

#include "protocol/request.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using transport::clock;

// Sends all, to nobody.
class played_link final : public transport::link {
 public:
  void open(transport::link_target) override {}
  void reset() noexcept override { armed = clock::time_point::max(); }
  transport::send_result send(const char*, std::size_t size) noexcept override {
    return {size, {}};
  }
  void await_writable() override {}
  void wake() noexcept override {}
  void arm(clock::time_point when) override { armed = when; }
  void close() noexcept override {}
  int native_handle() const noexcept override { return -1; }
  std::string local_address() const override { return ""; }
  std::string remote_address() const override { return ""; }

  clock::time_point armed = clock::time_point::max();
};

// The test is the I/O thread: it calls the events itself.
class played_io final : public transport::io_thread {
 public:
  std::unique_ptr<transport::link> make_link(transport::link_events& events) override {
    auto link = std::make_unique<played_link>();
    links.push_back({link.get(), &events});
    return link;
  }
  void post(std::function<void()> task) override { task(); }
  void abandon() noexcept override {}
  bool is_current() const noexcept override { return true; }

  struct made_link {
    played_link* link;
    transport::link_events* events;
  };
  std::vector<made_link> links;  // the first is the lane's clock
};

class played_main_line final : public main_line {
 public:
  bool is_ready() const override {
    if (no_memory) throw std::bad_alloc();
    return true;
  }
  const main_agent& agent() const override { return with; }
  failure no_connection_for(const session::wish&) override { return {}; }
  void expect_agent_to_leave(const main_agent&, bool expected, session::time_point until) override {
    leaving = expected;
    leaves_until = until;
  }
  void ask_for_a_sign(const main_agent& of, session::time_point,
                      std::unique_ptr<session::call> who) override {
    asked.push_back(of.losses);
    who->answered({});
  }

  bool no_memory = false;
  main_agent with{{"127.0.0.1", 7373, "agent.test:7373"}, 3};
  bool leaving = false;
  session::time_point leaves_until;
  std::vector<std::uint64_t> asked;
};

class noting_call final : public session::call {
 public:
  explicit noting_call(std::vector<errc>& outcomes) : outcomes_(outcomes) {}
  void answered(std::string_view) override { outcomes_.push_back(errc{}); }
  void failed(failure why, std::string_view) override { outcomes_.push_back(why.code); }

 private:
  std::vector<errc>& outcomes_;
};

class lane_test : public ::testing::Test {
 protected:
  lane_test() {
    connection::settings settings;
    settings.agent = settings.conversation.agent = "agent.test:7373";
    settings.connect_timeout = 5s;
    lane_ = std::make_unique<lane>(io_, settings, 10s, main_);
  }

  void submit(protocol::request request) {
    session::wish what;
    what.request = std::move(request);
    what.timeout = 10s;
    what.deadline = clock::now() + 10s;
    what.hang_up_means = "it cannot compile an expression";
    lane_->submit(std::move(what), std::make_unique<noting_call>(outcomes_));
  }
  transport::link_events& clock_events() { return *io_.links.front().events; }
  void wake() { clock_events().on_woken(); }

  // The newest connection is there, and the agent answers the request of this number.
  void connect() { io_.links.back().events->on_connected(); }
  void answer(char seq) {
    const std::string bytes = std::string(
                                  "\x82\xa5"
                                  "Error\xa0\xa3"
                                  "Seq") +
                              seq;
    const auto space = io_.links.back().events->on_receive_space();
    bytes.copy(space.data, space.size);
    io_.links.back().events->on_received(bytes.size());
  }
  void lose(std::error_code why) { io_.links.back().events->on_failed({why, why.message()}); }

  played_io io_;
  played_main_line main_;
  std::vector<errc> outcomes_;
  std::unique_ptr<lane> lane_;
};

TEST_F(lane_test, takes_only_the_end_of_the_stream_for_a_hang_up_on_an_expression) {
  const struct {
    std::error_code lost;
    errc outcome;
  } all[] = {
      {transport::link_errc::closed_by_agent, errc::expression_refused},
      {std::make_error_code(std::errc::connection_reset), errc::expression_refused},
      {std::make_error_code(std::errc::timed_out), errc::connection_lost},
      {std::make_error_code(std::errc::host_unreachable), errc::connection_lost},
  };
  for (const auto& each : all) {
    submit(protocol::members(member_filter().name(regex("("))));
    wake();
    connect();
    answer(0);
    lose(each.lost);
    EXPECT_EQ(outcomes_.back(), each.outcome) << each.lost.message();
    wake();
  }
  EXPECT_EQ(main_.asked, (std::vector<std::uint64_t>{3, 3})) << "of the agent that it was with";
}

TEST_F(lane_test, goes_on_behind_an_exception_that_failed_what_waited) {
  submit(protocol::tags(tag_changes().set("a", "1")));
  main_.no_memory = true;
  EXPECT_THROW(wake(), std::bad_alloc);
  clock_events().on_failed({transport::link_errc::internal_error, "internal error"});
  main_.no_memory = false;
  EXPECT_EQ(outcomes_, (std::vector<errc>{errc::no_resources}));
  submit(protocol::tags(tag_changes().set("a", "2")));
  wake();
  connect();
  answer(0);
  answer(1);
  EXPECT_EQ(outcomes_.back(), errc{});
}

TEST_F(lane_test, fails_the_call_in_flight_when_an_exception_has_stopped_it) {
  submit(protocol::tags(tag_changes().set("a", "1")));
  wake();
  connect();
  answer(0);
  clock_events().on_failed({transport::link_errc::internal_error, "internal error"});
  EXPECT_EQ(outcomes_, (std::vector<errc>{errc::no_resources}));
  submit(protocol::tags(tag_changes().set("a", "2")));
  wake();
  connect();
  answer(0);
  answer(1);
  EXPECT_EQ(outcomes_.back(), errc{});
}

TEST_F(lane_test, expects_an_agent_that_was_asked_to_leave_to_do_so_soon_or_not_at_all) {
  submit(protocol::leave());
  wake();
  connect();
  EXPECT_FALSE(main_.leaving) << "not sent yet";
  answer(0);
  EXPECT_TRUE(main_.leaving);
  lose(std::make_error_code(std::errc::timed_out));
  EXPECT_TRUE(main_.leaving);
  EXPECT_LT(main_.leaves_until, clock::now() + 1min);
}

}  // namespace
}  // namespace serf
