#include "testing/fake_script.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace serf::testing {

using kind = fake_action::kind;

fake_override& fake_override::times(std::size_t n) {
  if (n == 0) throw std::invalid_argument("fake_override::times(0)");
  rule_.remaining = n;
  return *this;
}

void fake_override::act(fake_action action) {
  rule_.action = std::move(action);
  install_(rule_);
}

void fake_override::as_usual() { act({}); }
void fake_override::reply_error(std::string error) { act({kind::error, std::move(error)}); }
void fake_override::reply_header(std::string error) { act({kind::header, std::move(error)}); }
void fake_override::reply(fake_value body) { act({kind::body, {}, std::move(body)}); }
void fake_override::reply_raw(std::string bytes) { act({kind::raw, std::move(bytes)}); }
void fake_override::reply_twice() { act({kind::twice}); }
void fake_override::reply_with_seq(std::uint64_t seq) { act({kind::other_seq, {}, {}, seq}); }
void fake_override::cut_reply_after(std::size_t bytes, cut then) {
  act({kind::cut_short, {}, {}, bytes, then});
}
void fake_override::reply_half(cut then) { act({kind::half, {}, {}, 0, then}); }
void fake_override::send_late_records(std::size_t records) {
  act({kind::late_records, {}, {}, records});
}
void fake_override::stay_silent() { act({kind::silent}); }
void fake_override::close_connection() { act({kind::close}); }
void fake_override::reset_connection() { act({kind::reset}); }
void fake_override::hold() { act({kind::hold}); }

void fake_script::add(fake_rule rule) {
  if (rule.remaining > 0) {
    counted_.push_back(std::move(rule));
    return;
  }
  lasting_.erase(std::remove_if(lasting_.begin(), lasting_.end(),
                                [&](const fake_rule& one) { return one.command == rule.command; }),
                 lasting_.end());
  lasting_.push_back(std::move(rule));
}

fake_action fake_script::next(const std::string& command) {
  const auto applies = [&](const fake_rule& rule) {
    return rule.command.empty() || rule.command == command;
  };
  const auto found = std::find_if(counted_.begin(), counted_.end(), applies);
  if (found != counted_.end()) {
    auto action = found->action;
    if (--found->remaining == 0) counted_.erase(found);
    return action;
  }
  fake_action result;
  for (const auto& rule : lasting_) {
    if (rule.command == command) return rule.action;
    if (rule.command.empty()) result = rule.action;
  }
  return result;
}

void fake_script::stop_holding() {
  for (auto* rules : {&counted_, &lasting_}) {
    rules->erase(
        std::remove_if(rules->begin(), rules->end(),
                       [](const fake_rule& rule) { return rule.action.what == kind::hold; }),
        rules->end());
  }
}

}  // namespace serf::testing
