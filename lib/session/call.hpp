#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <serf/error.hpp>

namespace serf::session {

// Who waits for the answer to a request. Exactly one of the two is called, once, on the thread that
// runs the completion, with no lock held. Neither may throw.
class call {
 public:
  virtual ~call() = default;
  virtual void answered(std::string_view body) = 0;
  // Some commands answer with a body even where they failed.
  virtual void failed(failure why, std::string_view body) = 0;
};

// A call that has its answer, taken out of the conversation: run it where no lock is held.
struct completion {
  std::unique_ptr<call> who;
  std::optional<failure> why;  // none: answered

  void run(std::string_view body = {}) {
    if (!who) return;
    why ? who->failed(std::move(*why), body) : who->answered(body);
    who.reset();
  }
};

}  // namespace serf::session
