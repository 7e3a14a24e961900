#include "client/right_to_respond.hpp"

#include <utility>

#include "protocol/request.hpp"
#include "vocabulary/printable.hpp"

namespace serf {

class right_to_respond::response_call final : public session::call {
 public:
  response_call(std::shared_ptr<right_to_respond> right, std::unique_ptr<typed_call<void>> told)
      : right_(std::move(right)), told_(std::move(told)) {}

  // An exception may have left it unsent.
  ~response_call() override {
    if (!told_to_right_) right_->state_ = state::open;
  }

  void answered(std::string_view body) override {
    told_to_right_ = true;
    right_->state_ = state::used;
    told_->answered(body);
  }

  void failed(failure why, std::string_view body) override {
    // Of a response that was never sent, or was too large, nothing has gone to the asker.
    const bool still_open = why.code == errc::response_too_large || why.sent == sent::no;
    told_to_right_ = true;
    right_->state_ = still_open ? state::open : state::used;
    if (why.sent == sent::no && why.code != errc::client_closed && right_->is_lost()) {
      why = right_->refused(errc::query_expired, "it came on a connection that is gone");
    }
    told_->failed(std::move(why), body);
  }

 private:
  // In this order: the call names the agent by what the right holds.
  const std::shared_ptr<right_to_respond> right_;
  const std::unique_ptr<typed_call<void>> told_;
  bool told_to_right_ = false;
};

std::future<void> right_to_respond::respond(std::string response) {
  auto told = std::make_unique<future_call<void>>(names(), body_decoder<void>());
  auto future = told->get_future();
  if (home_.is_here()) {
    respond(response, std::move(told));
  } else {
    told->failed(forked("respond"), {});
  }
  return future;
}

void right_to_respond::respond(const std::string& response,
                               std::unique_ptr<typed_call<void>> told) {
  const auto over = over_.lock();
  if (!over) {
    return told->failed(refused(errc::query_expired, "it came on a connection that is gone"), {});
  }
  session::wish what;
  what.request = protocol::respond(id_, response);
  what.timeout = timeout_;
  what.deadline = session::after(std::chrono::steady_clock::now(), timeout_);
  what.only_on = losses_;
  state expected = state::open;
  if (!state_.compare_exchange_strong(expected, state::under_way)) {
    return told->failed(refused(errc::already_responded, "this client has answered it already"),
                        {});
  }
  over->submit(std::move(what),
               std::make_unique<response_call>(shared_from_this(), std::move(told)));
}

bool right_to_respond::is_lost() const {
  const auto over = over_.lock();
  return !over || over->losses() != losses_;
}

failure right_to_respond::refused(errc code, const std::string& why) const {
  failure what(code, "cannot answer the query " + in_quotes(query_) + " of the Serf agent at " +
                         names_.agent + ": " + why);
  what.command = "respond";
  return what;
}

}  // namespace serf
