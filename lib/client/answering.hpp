#pragma once

#include <memory>

#include <serf/answer.hpp>
#include <serf/handlers.hpp>

#include "delivery/delivery_thread.hpp"
#include "vocabulary/log.hpp"

namespace serf {

// The handlers of a subscription to one query: its responder, and who hears of responses that the
// agent did not take. Called where handlers run; with a concurrency over 1, by several threads.
class answering : public subscription_handlers<answering> {
 public:
  answering(query_responder responder, std::shared_ptr<handler_of<answer_failure>> on_failure,
            log written, delivery::delivery_thread::mailbox mail);

  bool operator()(const event& what, const subscription_ref& self);

 private:
  class verdict;

  query_responder responder_;
  std::shared_ptr<handler_of<answer_failure>> on_failure_;
  log log_;
  delivery::delivery_thread::mailbox mail_;
};

}  // namespace serf
