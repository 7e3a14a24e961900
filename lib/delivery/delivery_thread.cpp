#include "delivery/delivery_thread.hpp"

#include <utility>

#include "delivery/delivery_queue.hpp"

namespace serf::delivery {

delivery_thread::delivery_thread(exception_hook on_exception, std::shared_ptr<handler_watch> watch)
    : queue_(std::make_shared<delivery_queue>(std::move(on_exception), std::move(watch))) {
  queue_->start(queue_);
}

delivery_thread::~delivery_thread() { stop(); }

void delivery_thread::stop() { queue_->stop(); }
void delivery_thread::request_stop() { queue_->request_stop(); }
void delivery_thread::drain() { queue_->drain(); }
bool delivery_thread::is_current() const noexcept { return queue_->is_current(); }
delivery_thread::mailbox delivery_thread::mail() const { return mailbox(queue_); }

bool delivery_thread::post_job(std::unique_ptr<job> what) noexcept {
  return mail().post_job(std::move(what));
}
bool delivery_thread::mailbox::post_job(std::unique_ptr<job> what) const noexcept {
  return queue_->push(std::move(what));
}

void delivery_thread::mailbox::bypass(std::function<void()> job) const {
  if (!queue_->bypass(job)) post(std::move(job));
}

void delivery_thread::mailbox::report(const handler_failure& what) const noexcept {
  queue_->report(what);
}
void delivery_thread::mailbox::report_current_exception(std::string_view name) const noexcept {
  queue_->report_current_exception(name);
}

bool delivery_thread::mailbox::is_current() const noexcept { return queue_->is_current(); }
handler_watch& delivery_thread::mailbox::watch() const noexcept { return queue_->watch(); }

}  // namespace serf::delivery
