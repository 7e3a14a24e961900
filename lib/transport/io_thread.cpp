#include "transport/io_thread.hpp"

#include <pthread.h>

#include <asio/post.hpp>
#include <exception>
#include <thread>
#include <utility>

#include "transport/io_loop.hpp"
#include "transport/tcp_link.hpp"
#include "vocabulary/blocked_signals.hpp"

namespace serf::transport {

io_thread::~io_thread() = default;

io_loop::io_loop(exception_hook on_exception)
    : work_(context_.get_executor()),
      descriptors_(context_),
      on_exception_(std::move(on_exception)) {}

void io_loop::run() noexcept {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& e) {
      report(e.what());
    } catch (...) {
      report("an exception that is not a std::exception");
    }
  }
}

void io_loop::stop() noexcept {
  try {
    asio::post(context_, [this] { context_.stop(); });
  } catch (...) {
    context_.stop();  // no memory for waiting in line
  }
}

void io_loop::report(const char* what) noexcept {
  try {
    if (on_exception_) on_exception_(what);
  } catch (...) {
    // Who is told of exceptions has thrown one: there is nobody left to tell.
  }
}

namespace {

class asio_io_thread final : public io_thread {
 public:
  explicit asio_io_thread(exception_hook on_exception)
      : loop_(std::make_shared<io_loop>(std::move(on_exception))) {
    const blocked_signals in_the_new_thread;
    thread_ = std::thread([loop = loop_] {
      ::pthread_setname_np(::pthread_self(), "serf-io");
      loop->run();
    });
  }

  ~asio_io_thread() override {
    loop_->stop();
    if (is_current()) {
      thread_.detach();
    } else {
      thread_.join();
    }
  }

  std::unique_ptr<link> make_link(link_events& events) override {
    return make_tcp_link(loop_, events);
  }

  void post(std::function<void()> task) override { asio::post(loop_->context(), std::move(task)); }

  void abandon() noexcept override { loop_->abandon(); }

  bool is_current() const noexcept override {
    return loop_->context().get_executor().running_in_this_thread();
  }

 private:
  const std::shared_ptr<io_loop> loop_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<io_thread> start_io_thread(exception_hook on_exception) {
  return std::make_unique<asio_io_thread>(std::move(on_exception));
}

}  // namespace serf::transport
