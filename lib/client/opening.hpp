#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include <serf/stream.hpp>

#include "client/feed.hpp"
#include "delivery/subscription_core.hpp"
#include "session/call.hpp"

namespace serf {

// A stream on its way to being acknowledged. Completed on the I/O thread; one that an exception on
// its way has dropped tells so itself.
template <class T>
class opening : public session::call {
 public:
  // `give_up` is called where it was not opened in time, and the agent may open it yet; and where
  // by then nobody wants it.
  opening(std::shared_ptr<feed<T>> records, std::function<void()> acknowledged,
          std::function<void()> give_up)
      : records_(std::move(records)),
        acknowledged_(std::move(acknowledged)),
        give_up_(std::move(give_up)) {}

  void answered(std::string_view) final {
    if (acknowledged_) acknowledged_();
    if (give_up_ && !records_->wanted()) give_up_();
    count(nullptr);
    tell({});
    told_ = true;
  }
  void failed(failure why, std::string_view) final {
    count(&why);
    records_->finish(end_of(why));
    if (give_up_) give_up_();
    tell(std::move(why));
    told_ = true;
  }

 protected:
  virtual void tell(result<void> outcome) = 0;
  void tell_if_dropped() noexcept {
    // Whoever waits has nothing else to go by. Where there is no memory for a second, so be it.
    for (int tries = 0; !told_ && tries < 1000; ++tries) {
      try {
        failed(
            {errc::no_resources, "the stream could not be opened, most likely for want of memory"},
            {});
      } catch (const std::exception&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
  }

 private:
  void count(const failure* why) {
    const auto& names = records_->names();
    names.counts->add(names.command, why, since_);
  }

  const std::shared_ptr<feed<T>> records_;
  const std::function<void()> acknowledged_, give_up_;
  const call_counts::clock::time_point since_ = call_counts::clock::now();
  bool told_ = false;
};

template <class T>
class pull_opening final : public opening<T> {
 public:
  template <class... Base>
  explicit pull_opening(std::shared_ptr<delivery::record_queue<T>> queue, Base&&... base)
      : opening<T>(std::forward<Base>(base)...), queue_(std::move(queue)) {}
  ~pull_opening() override { this->tell_if_dropped(); }
  std::future<pull_stream<T>> get_future() { return promise_.get_future(); }

 private:
  void tell(result<void> outcome) override {
    if (outcome) {
      promise_.set_value(pull_stream<T>(std::move(queue_)));
    } else {
      promise_.set_exception(to_exception(outcome.error()));
    }
  }

  std::shared_ptr<delivery::record_queue<T>> queue_;
  std::promise<pull_stream<T>> promise_;
};

template <class T>
class push_opening final : public opening<T> {
 public:
  template <class... Base>
  explicit push_opening(std::shared_ptr<delivery::subscription_core> core, Base&&... base)
      : opening<T>(std::forward<Base>(base)...), core_(std::move(core)) {}
  ~push_opening() override { this->tell_if_dropped(); }

 private:
  void tell(result<void> outcome) override { core_->opened(outcome); }

  const std::shared_ptr<delivery::subscription_core> core_;
};

}  // namespace serf
