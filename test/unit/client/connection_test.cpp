#include "client/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <future>
#include <new>
#include <thread>
#include <vector>

#include "protocol/request.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::_;
using ::testing::AtLeast;
using ::testing::HasSubstr;
using ::testing::InSequence;
using ::testing::NiceMock;
using ::testing::Return;
using ::testing::StrictMock;
using ::testing::Throw;
using transport::clock;

class mock_link : public transport::link {
 public:
  MOCK_METHOD(void, open, (transport::link_target), (override));
  MOCK_METHOD(transport::send_result, send, (const char*, std::size_t), (noexcept, override));
  MOCK_METHOD(void, await_writable, (), (override));
  MOCK_METHOD(void, wake, (), (noexcept, override));
  MOCK_METHOD(void, arm, (clock::time_point), (override));
  MOCK_METHOD(void, reset, (), (noexcept, override));
  MOCK_METHOD(void, close, (), (noexcept, override));
  MOCK_METHOD(int, native_handle, (), (const, noexcept, override));
  MOCK_METHOD(std::string, local_address, (), (const, override));
  MOCK_METHOD(std::string, remote_address, (), (const, override));
};

class mock_io_thread : public transport::io_thread {
 public:
  MOCK_METHOD(std::unique_ptr<transport::link>, make_link, (transport::link_events&), (override));
  MOCK_METHOD(void, post, (std::function<void()>), (override));
  MOCK_METHOD(void, abandon, (), (noexcept, override));
  MOCK_METHOD(bool, is_current, (), (const, noexcept, override));
};

class mock_observer : public connection::observer {
 public:
  MOCK_METHOD(void, on_attempt, (), (override));
  MOCK_METHOD(void, on_open, (), (override));
  MOCK_METHOD(std::optional<connection::attempt>, on_lost, (const failure&), (override));
  MOCK_METHOD(void, on_end, (const failure&), (override));
};

class noting_call : public session::call {
 public:
  explicit noting_call(std::vector<errc>& outcomes) : outcomes_(outcomes) {}
  void answered(std::string_view) override { outcomes_.push_back(errc{}); }
  void failed(failure why, std::string_view) override { outcomes_.push_back(why.code); }

 private:
  std::vector<errc>& outcomes_;
};

// {"Error": "", "Seq": seq}
std::string answer(char seq) {
  return std::string(
             "\x82\xa5"
             "Error\xa0\xa3"
             "Seq") +
         seq;
}

// The connection between a link and an I/O thread that the test plays.
class connection_test : public ::testing::Test {
 public:
  connection_test() {
    ON_CALL(io_, make_link).WillByDefault([this](transport::link_events& events) {
      events_ = &events;
      auto made = std::make_unique<NiceMock<mock_link>>();
      link_ = made.get();
      ON_CALL(*link_, send).WillByDefault([this](const char* data, std::size_t size) {
        const auto taken = std::min(size, room_);
        room_ -= taken;
        sent_.append(data, taken);
        return transport::send_result{taken, {}};
      });
      return made;
    });
    connection::settings settings;
    settings.agent = settings.conversation.agent = "127.0.0.1:7373";
    settings.connect_timeout = 5s;
    connection_ = std::make_unique<connection>(io_, settings, observer_);
  }

  static connection::attempt attempt(std::chrono::nanoseconds delay = {}) {
    return {{"127.0.0.1", 7373, "127.0.0.1:7373"}, delay};
  }

  void hear(const std::string& bytes) {
    const auto space = events_->on_receive_space();
    ASSERT_GE(space.size, bytes.size());
    std::memcpy(space.data, bytes.data(), bytes.size());
    events_->on_received(bytes.size());
  }

  void open() {
    connection_->start(attempt());
    events_->on_connected();
    hear(answer(0));
    sent_.clear();
  }

  void submit(protocol::request request, std::chrono::nanoseconds timeout = 10s) {
    connection_->submit({std::move(request), timeout, clock::now() + timeout, false},
                        std::make_unique<noting_call>(outcomes_));
  }

  NiceMock<mock_io_thread> io_;
  NiceMock<mock_observer> observer_;
  transport::link_events* events_ = nullptr;
  NiceMock<mock_link>* link_ = nullptr;
  std::size_t room_ = std::numeric_limits<std::size_t>::max();
  std::string sent_;
  std::vector<errc> outcomes_;
  std::unique_ptr<connection> connection_;
};

std::string bytes_of(const protocol::request& request, std::uint64_t seq) {
  std::string bytes;
  protocol::append(request, seq, bytes);
  return bytes;
}

TEST_F(connection_test, opens_its_link_where_the_agent_is) {
  EXPECT_CALL(*link_, open(_)).WillOnce([](const transport::link_target& target) {
    EXPECT_EQ(target.host, "127.0.0.1");
    EXPECT_EQ(target.port, 7373);
    EXPECT_EQ(target.connect_timeout, 5s);
  });
  connection_->start(attempt());
}

TEST_F(connection_test, lets_a_caller_that_is_alone_send_itself_and_wakes_no_one) {
  open();
  submit(protocol::stats(), 10s);  // arms the timer: the one wake that the next 10 s need
  events_->on_woken();
  hear(answer(1) + "\x80");
  sent_.clear();

  EXPECT_CALL(*link_, wake()).Times(0);
  submit(protocol::stats(), 11s);
  EXPECT_EQ(sent_, bytes_of(protocol::stats(), 2));
}

TEST_F(connection_test, gathers_the_requests_of_callers_that_are_not_alone_into_one_write) {
  open();
  submit(protocol::stats());
  sent_.clear();
  EXPECT_CALL(*link_, send).Times(0);
  EXPECT_CALL(*link_, wake()).Times(AtLeast(1));
  submit(protocol::members({}));
  submit(protocol::list_keys());
  ::testing::Mock::VerifyAndClearExpectations(link_);

  EXPECT_CALL(*link_, send).Times(1);
  events_->on_woken();
  EXPECT_EQ(sent_, bytes_of(protocol::members({}), 2) + bytes_of(protocol::list_keys(), 3));
}

TEST_F(connection_test, waits_for_room_where_the_agent_takes_only_a_part) {
  open();
  room_ = 10;
  submit(protocol::members({}));
  EXPECT_EQ(sent_.size(), 10U);
  EXPECT_CALL(*link_, await_writable()).Times(1);
  events_->on_woken();
  events_->on_woken();  // once is enough

  room_ = 1000;
  events_->on_writable();
  EXPECT_EQ(sent_, bytes_of(protocol::members({}), 1));
}

TEST_F(connection_test, arms_its_timer_for_the_earliest_deadline_and_once_more_when_it_has_passed) {
  open();
  std::vector<clock::time_point> armed;
  ON_CALL(*link_, arm).WillByDefault([&](clock::time_point when) { armed.push_back(when); });
  submit(protocol::stats(), 10s);
  events_->on_woken();
  submit(protocol::stats(), 20s);  // later: not worth a wake
  submit(protocol::stats(), 2s);
  events_->on_woken();
  events_->on_timer();  // before anything is due
  ASSERT_EQ(armed.size(), 2U) << "that of the handshake was earlier than the first";
  EXPECT_EQ(armed[0], armed[1]);
  EXPECT_TRUE(outcomes_.empty());
}

TEST_F(connection_test, does_not_arm_its_timer_with_nothing_to_wait_for) {
  open();
  EXPECT_CALL(*link_, arm).Times(0);
  events_->on_timer();
}

TEST_F(connection_test, fails_calls_whose_deadline_has_passed) {
  open();
  submit(protocol::stats(), 1ns);
  submit(protocol::stats(), 10s);
  events_->on_timer();
  EXPECT_EQ(outcomes_, std::vector<errc>{errc::timed_out});
}

TEST_F(connection_test, tells_why_the_agent_cannot_be_reached) {
  EXPECT_CALL(observer_, on_end(_)).WillOnce([](const failure& why) {
    EXPECT_EQ(why.code, errc::unreachable);
    EXPECT_EQ(why.message, "cannot reach the Serf agent at 127.0.0.1:7373: Connection refused");
  });
  submit(protocol::stats());
  connection_->start(attempt());
  events_->on_failed({std::make_error_code(std::errc::connection_refused), "Connection refused"});
  EXPECT_EQ(outcomes_, std::vector<errc>{errc::unreachable});
}

TEST_F(connection_test, fails_every_call_when_the_agent_hangs_up_and_refuses_later_ones) {
  open();
  submit(protocol::stats());
  submit(protocol::stats());
  EXPECT_CALL(*link_, close());
  EXPECT_CALL(observer_, on_end(_)).Times(1);
  events_->on_failed({transport::link_errc::closed_by_agent, "closed"});
  submit(protocol::stats());
  EXPECT_EQ(outcomes_, std::vector<errc>(3, errc::connection_lost));
}

TEST_F(connection_test, connects_again_also_where_memory_is_short_at_the_loss) {
  open();
  submit(protocol::stats());
  EXPECT_CALL(observer_, on_lost(_)).WillOnce(Throw(std::bad_alloc())).WillOnce(Return(attempt()));
  EXPECT_CALL(*link_, open(_));
  events_->on_failed({transport::link_errc::closed_by_agent, "closed"});
  EXPECT_EQ(outcomes_, std::vector<errc>{errc::connection_lost});
}

TEST_F(connection_test, ends_also_where_memory_is_short) {
  open();
  submit(protocol::stats());
  EXPECT_CALL(observer_, on_end(_)).WillOnce(Throw(std::bad_alloc())).WillOnce(Return());
  EXPECT_CALL(*link_, close());
  connection_->end({errc::client_closed, "closed"});
  EXPECT_EQ(outcomes_, std::vector<errc>{errc::client_closed});
}

TEST_F(connection_test, ends_once) {
  open();
  EXPECT_CALL(observer_, on_end(_)).Times(1);
  connection_->end({errc::client_closed, "closed"});
  connection_->end({errc::client_closed, "closed"});
}

TEST_F(connection_test, reads_the_last_words_of_an_agent_that_takes_no_more) {
  open();
  submit(protocol::leave());
  ON_CALL(*link_, send).WillByDefault([](const char*, std::size_t) {
    return transport::send_result{0, std::make_error_code(std::errc::broken_pipe)};
  });
  submit(protocol::stats());
  events_->on_woken();
  hear(answer(1));
  events_->on_failed({transport::link_errc::closed_by_agent, "closed"});
  EXPECT_EQ(outcomes_, (std::vector<errc>{errc{}, errc::agent_left}));
}

TEST_F(connection_test, ends_on_any_other_trouble_with_sending) {
  open();
  ON_CALL(*link_, send).WillByDefault([](const char*, std::size_t) {
    return transport::send_result{0, std::make_error_code(std::errc::host_unreachable)};
  });
  submit(protocol::stats());
  EXPECT_TRUE(outcomes_.empty()) << "completed on the caller's thread, by the link's failure";
  events_->on_woken();
  EXPECT_EQ(outcomes_, std::vector<errc>{errc::connection_lost});
}

TEST_F(connection_test, closes_on_bytes_that_no_agent_sends) {
  EXPECT_CALL(*link_, close());
  EXPECT_CALL(observer_, on_end(_)).WillOnce([](const failure& why) {
    EXPECT_EQ(why.code, errc::protocol_violation);
    EXPECT_THAT(why.message, HasSubstr("127.0.0.1:7373"));
    EXPECT_THAT(why.message, HasSubstr("HTTP"));
  });
  connection_->start(attempt());
  events_->on_connected();
  hear("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n400 Bad Request");
}

TEST_F(connection_test, holds_no_lock_while_it_completes_a_call) {
  class calling_again : public session::call {
   public:
    explicit calling_again(connection_test& test) : test_(test) {}
    void answered(std::string_view) override {
      std::thread([this] { test_.submit(protocol::stats()); }).join();  // would wait for the lock
    }
    void failed(failure, std::string_view) override {}

   private:
    connection_test& test_;
  };
  open();
  connection_->submit({protocol::leave(), 10s, clock::now() + 10s, false},
                      std::make_unique<calling_again>(*this));
  hear(answer(1));
  EXPECT_THAT(sent_, HasSubstr("stats"));
}

}  // namespace
}  // namespace serf
