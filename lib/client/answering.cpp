#include "client/answering.hpp"

#include <utility>

#include "client/right_to_respond.hpp"
#include "delivery/subscription_core.hpp"

namespace serf {

// What the agent says to a response. Completed on the I/O thread, and told on the delivery thread.
class answering::verdict final : public typed_call<void> {
 public:
  verdict(call_names names, const answering& owner, query_event query, const subscription_ref& self)
      : typed_call(names, {}),
        on_failure_(owner.on_failure_),
        log_(owner.log_),
        mail_(owner.mail_),
        query_(std::move(query)),
        self_(self) {}

 private:
  void complete(result<void> outcome) override {
    if (outcome) return;
    if (!on_failure_) {
      log_.write(log_level::warn, "a response was not taken: " + outcome.error().message);
      return;
    }
    mail_.post("on_failure of an answer",
               [told = std::move(on_failure_), self = self_,
                what = answer_failure{query_, std::move(outcome.error())}] {
                 delivery::subscription_core::of(self).run([&] { (*told)(what); });
               });
  }

  std::shared_ptr<handler_of<answer_failure>> on_failure_;
  const log log_;
  delivery::delivery_thread::mailbox mail_;
  const query_event query_;
  const subscription_ref self_;
};

// The handler that is told of failures is the user's: it is destroyed where handlers run, although
// the I/O thread may be the last to let go of it.
answering::answering(query_responder responder,
                     std::shared_ptr<handler_of<answer_failure>> on_failure, log written,
                     delivery::delivery_thread::mailbox mail)
    : responder_(std::move(responder)), log_(std::move(written)), mail_(std::move(mail)) {
  if (!on_failure) return;
  auto* const told = on_failure.get();
  on_failure_.reset(told, [kept = std::move(on_failure), mail = mail_](auto*) mutable {
    mail.post("the end of an answer", [kept = std::move(kept)] {});
  });
}

bool answering::operator()(const event& what, const subscription_ref& self) {
  const auto* const query = std::get_if<query_event>(&what);
  if (query == nullptr) return false;
  if (auto response = responder_(*query)) {
    // Every query event has its right to respond from the feed that it came through.
    auto& right = static_cast<right_to_respond&>(*query_answer::of(*query));
    right.respond(*response, std::make_unique<verdict>(right.names(), *this, *query, self));
  }
  return true;
}

}  // namespace serf
