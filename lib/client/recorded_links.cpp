#include "client/recorded_links.hpp"

#include <utility>

#include "client/session_recorder.hpp"

namespace serf {
namespace {

using kind = session_note::kind;

// Stands between a link and its user. A clock, which is never opened, leaves no trace.
class recorded_link final : public transport::link, private transport::link_events {
 public:
  recorded_link(transport::io_thread& io, std::shared_ptr<session_recorder> recorder,
                transport::link_events& events)
      : recorder_(std::move(recorder)), events_(events), link_(io.make_link(*this)) {}
  ~recorded_link() override { note_end(kind::closed_by_client, {}); }

  void open(transport::link_target target) override {
    const bool v6 = target.host.find(':') != std::string::npos;
    agent_ = (v6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
    {
      // Agents accept in this order, whatever the order in which the loop finds out.
      const auto turn = recorder_->take_turn();
      number_ = recorder_->next_connection(turn);
    }
    link_->open(std::move(target));
  }
  transport::send_result send(const char* data, std::size_t size) noexcept override {
    const auto turn = recorder_->take_turn();
    const auto result = link_->send(data, size);
    if (result.sent > 0) recorder_->note(turn, number_, kind::sent, {data, result.sent});
    return result;
  }
  void await_writable() override { link_->await_writable(); }
  void wake() noexcept override { link_->wake(); }
  void arm(transport::clock::time_point when) override { link_->arm(when); }
  void reset() noexcept override {
    note_end(kind::closed_by_client, {});
    link_->reset();
  }
  void close() noexcept override {
    note_end(kind::closed_by_client, {});
    link_->close();
  }
  int native_handle() const noexcept override { return link_->native_handle(); }
  std::string local_address() const override { return link_->local_address(); }
  std::string remote_address() const override { return link_->remote_address(); }

 private:
  // Any of the calls to events_ may destroy this: each is the last thing done.
  void on_connected() override {
    {
      const auto turn = recorder_->take_turn();
      is_open_ = true;
      recorder_->note(turn, number_, kind::opened, agent_);
    }
    events_.on_connected();
  }
  void on_failed(const transport::link_failure& failure) override {
    if (failure.code == transport::link_errc::closed_by_agent) {
      note_end(kind::closed_by_agent, {});
    } else if (!note_end(kind::lost, failure.reason) && number_ != 0) {
      recorder_->note(recorder_->take_turn(), number_, kind::unreachable,
                      agent_ + " " + failure.reason);
    }
    events_.on_failed(failure);
  }
  transport::receive_space on_receive_space() override {
    return space_ = events_.on_receive_space();
  }
  void on_received(std::size_t size) override {
    recorder_->note(recorder_->take_turn(), number_, kind::received, {space_.data, size});
    events_.on_received(size);
  }
  void on_writable() override { events_.on_writable(); }
  void on_woken() override { events_.on_woken(); }
  void on_timer() override { events_.on_timer(); }

  // False: it is not open.
  bool note_end(kind how, const std::string& why) noexcept {
    const auto turn = recorder_->take_turn();
    if (!std::exchange(is_open_, false)) return false;
    recorder_->note(turn, number_, how, why);
    return true;
  }

  const std::shared_ptr<session_recorder> recorder_;
  transport::link_events& events_;
  std::string agent_;
  transport::receive_space space_;
  std::uint64_t number_ = 0;  // of the connection tried last; 0: it is but a clock
  bool is_open_ = false;      // both change on the I/O thread, in a turn
  const std::unique_ptr<transport::link> link_;
};

class recorded_io_thread final : public transport::io_thread {
 public:
  recorded_io_thread(std::unique_ptr<transport::io_thread> io,
                     std::shared_ptr<session_recorder> recorder)
      : recorder_(std::move(recorder)), io_(std::move(io)) {}
  // Links may outlive the thread, but nothing happens on them any more.
  ~recorded_io_thread() override {
    io_.reset();
    recorder_->finish();
  }

  std::unique_ptr<transport::link> make_link(transport::link_events& events) override {
    return std::make_unique<recorded_link>(*io_, recorder_, events);
  }
  void post(std::function<void()> task) override { io_->post(std::move(task)); }
  void abandon() noexcept override {
    io_->abandon();
    recorder_->abandon();
  }
  bool is_current() const noexcept override { return io_->is_current(); }

 private:
  const std::shared_ptr<session_recorder> recorder_;
  std::unique_ptr<transport::io_thread> io_;
};

}  // namespace

std::unique_ptr<transport::io_thread> recorded(std::unique_ptr<transport::io_thread> io,
                                               const std::string& path, const std::string& auth_key,
                                               log written) {
  if (path.empty()) return io;
  auto recorder = std::make_shared<session_recorder>(
      path, auth_key, [written = std::move(written)](const std::string& why) {
        written.write(log_level::err, why);
      });
  return std::make_unique<recorded_io_thread>(std::move(io), std::move(recorder));
}

}  // namespace serf
