#include "delivery/handler_watch.hpp"

#include <algorithm>
#include <utility>

namespace serf::delivery {

handler_watch::handler_watch(std::chrono::nanoseconds limit, std::function<void()> arm)
    : limit_(limit), arm_(std::make_shared<const std::function<void()>>(std::move(arm))) {}

void handler_watch::stop() {
  std::shared_ptr<const std::function<void()>> dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped.swap(arm_);
}

handler_watch::running::running(handler_watch& watch, std::string_view name,
                                bool on_delivery_thread)
    : watch_(watch), name_(name), on_delivery_thread_(on_delivery_thread) {
  if (watch_.limit_.count() <= 0) return;
  started_ = clock::now();
  std::shared_ptr<const std::function<void()>> arm;
  {
    const std::lock_guard<std::mutex> lock(watch_.mutex_);
    next_ = watch_.first_;
    if (next_ != nullptr) next_->previous_ = this;
    watch_.first_ = this;
    if (!watch_.armed_ && watch_.arm_) {
      watch_.armed_ = true;
      watch_.armed_for_ = started_;
      arm = watch_.arm_;
    }
  }
  if (arm && *arm) (*arm)();
}

handler_watch::running::~running() {
  if (watch_.limit_.count() <= 0) return;
  const std::lock_guard<std::mutex> lock(watch_.mutex_);
  (previous_ != nullptr ? previous_->next_ : watch_.first_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

std::vector<handler_watch::slow> handler_watch::check(time_point now) {
  std::vector<slow> found;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (running* each = first_; each != nullptr; each = each->next_) {
    if (each->told_ || now < due(each->started_)) continue;
    found.push_back({std::string(each->name_), now - each->started_, each->on_delivery_thread_});
    each->told_ = true;
  }
  if (armed_for_ && due(*armed_for_) <= now) armed_for_.reset();
  return found;
}

std::optional<handler_watch::time_point> handler_watch::next() {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::optional<time_point> earliest = armed_for_;
  for (const running* each = first_; each != nullptr; each = each->next_) {
    if (!each->told_) earliest = earliest ? std::min(*earliest, each->started_) : each->started_;
  }
  armed_ = earliest.has_value();
  if (!earliest) return std::nullopt;
  return due(*earliest);
}

handler_watch::time_point handler_watch::due(time_point started) const noexcept {
  return limit_ < time_point::max() - started ? started + limit_ : time_point::max();
}

}  // namespace serf::delivery
