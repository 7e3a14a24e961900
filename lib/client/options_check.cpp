#include "client/options_check.hpp"

#include <optional>
#include <string>
#include <utility>

namespace serf {
namespace {

struct rule {
  const char* name;
  bool is_kept;
};

failure broken(const char* name, const char* what) {
  return {errc::invalid_argument, std::string(name) + " must " + what};
}

std::optional<failure> flaw_of(const client_options& options) {
  const rule positive[] = {
      {"connect_timeout", options.connect_timeout().count() > 0},
      {"call_timeout", options.call_timeout().count() > 0},
      {"heartbeat_timeout", options.heartbeat_timeout().count() > 0},
      {"max_pending_calls", options.max_pending_calls() > 0},
      {"max_unsent_bytes", options.max_unsent_bytes() > 0},
      {"max_reply_bytes", options.max_reply_bytes() > 0},
      {"max_reply_depth", options.max_reply_depth() > 0},
  };
  const rule not_negative[] = {
      {"handler_watchdog", options.handler_watchdog().count() >= 0},
      {"stream_linger", options.stream_linger().count() >= 0},
      {"heartbeat", options.heartbeat().count() >= 0},
  };
  for (const rule& each : positive) {
    if (!each.is_kept) {
      return broken((std::string("client_options::") + each.name).c_str(), "be greater than 0");
    }
  }
  for (const rule& each : not_negative) {
    if (!each.is_kept) {
      return broken((std::string("client_options::") + each.name).c_str(), "not be negative");
    }
  }
  return std::nullopt;
}

// Written so that a NaN keeps none of them.
std::optional<failure> flaw_of(const reconnect_options& how) {
  if (!(how.initial_delay().count() > 0)) {
    return broken("reconnect_options::initial_delay", "be greater than 0");
  }
  if (!(how.max_delay() >= how.initial_delay())) {
    return broken("reconnect_options::max_delay", "not be shorter than initial_delay");
  }
  if (!(how.multiplier() >= 1)) {
    return broken("reconnect_options::multiplier", "be 1 or more");
  }
  if (!(how.jitter() >= 0 && how.jitter() <= 1)) {
    return broken("reconnect_options::jitter", "be between 0 and 1");
  }
  return std::nullopt;
}

}  // namespace

result<std::vector<endpoint>> checked(const client_options& options) {
  if (auto flaw = flaw_of(options)) return std::move(*flaw);
  if (auto flaw = flaw_of(options.how_to_reconnect())) return std::move(*flaw);
  if (options.endpoints().empty()) {
    return broken("client_options::endpoints", "name at least one agent");
  }
  std::vector<endpoint> all;
  for (const std::string& each : options.endpoints()) {
    auto where = parse_endpoint(each, options.endpoint_origin());
    if (!where) return where.error();
    all.push_back(std::move(*where));
  }
  return all;
}

}  // namespace serf
