#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <serf/duration.hpp>
#include <serf/error.hpp>
#include <serf/export.hpp>
#include <serf/pattern.hpp>

namespace serf {

// A query to ask of the cluster.
class SERF_EXPORT query_request {
 public:
  query_request(std::string name, std::string payload = {})
      : name_(std::move(name)), payload_(std::move(payload)) {}
  query_request(const char* name) : name_(name) {}
  query_request(std::string name, std::nullptr_t) = delete;

  query_request& payload(std::string value) { return payload_ = std::move(value), *this; }
  // Only these nodes, by their exact names. None: all.
  query_request& node(std::string name) { return nodes_.push_back(std::move(name)), *this; }
  query_request& nodes(std::vector<std::string> v) { return nodes_ = std::move(v), *this; }
  // Only nodes whose tag matches; a node without the tag counts as one whose tag is "".
  query_request& tag(std::string key, pattern value);
  // Whether nodes are to say that they have received it. Default: false.
  query_request& request_ack(bool value = true) { return request_ack_ = value, *this; }
  // By how many other nodes each answer is sent as well: 0 to 255. Default: 0.
  query_request& relay_factor(int value) { return relay_factor_ = value, *this; }
  // How long the agent waits for answers. 0, the default: as long as it thinks fit.
  query_request& timeout(duration value) { return timeout_ = value, *this; }

  const std::string& name() const noexcept { return name_; }
  const std::string& payload() const noexcept { return payload_; }
  const std::vector<std::string>& nodes() const noexcept { return nodes_; }
  const std::map<std::string, pattern>& tags() const noexcept { return tags_; }
  bool request_ack() const noexcept { return request_ack_; }
  int relay_factor() const noexcept { return relay_factor_; }
  std::chrono::nanoseconds timeout() const noexcept { return timeout_; }

  friend SERF_EXPORT bool operator==(const query_request& a, const query_request& b);
  friend bool operator!=(const query_request& a, const query_request& b) { return !(a == b); }

 private:
  std::string name_, payload_;
  std::vector<std::string> nodes_;
  std::map<std::string, pattern> tags_;
  std::chrono::nanoseconds timeout_{0};
  int relay_factor_ = 0;
  bool request_ack_ = false;
};

// A node has received the query (and was asked to say so).
struct SERF_EXPORT query_ack {
  std::string from;

  friend bool operator==(const query_ack& a, const query_ack& b) { return a.from == b.from; }
  friend bool operator!=(const query_ack& a, const query_ack& b) { return !(a == b); }
};

// A node's answer. Its payload is any bytes.
struct SERF_EXPORT query_response {
  std::string from;
  std::string payload;

  friend bool operator==(const query_response& a, const query_response& b) {
    return a.from == b.from && a.payload == b.payload;
  }
  friend bool operator!=(const query_response& a, const query_response& b) { return !(a == b); }
};

// done: the agent closed the query at its deadline; deadline: this client's own came first;
// all_answered: nobody was left to wait for; lost: the connection ended.
enum class query_end { done, deadline, all_answered, lost };

// All that came of a query, in the order in which it came.
struct SERF_EXPORT query_result {
  std::vector<query_ack> acks;
  std::vector<query_response> responses;
  query_end ended = query_end::done;
  std::optional<serf::failure> failure;  // why, where it is lost; of no account for ==

  friend SERF_EXPORT bool operator==(const query_result& a, const query_result& b);
  friend bool operator!=(const query_result& a, const query_result& b) { return !(a == b); }
};

SERF_EXPORT std::string to_string(const query_request& value);
SERF_EXPORT std::string to_string(const query_ack& value);
SERF_EXPORT std::string to_string(const query_response& value);
SERF_EXPORT std::string to_string(query_end value);
SERF_EXPORT std::string to_string(const query_result& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const query_request& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const query_ack& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const query_response& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, query_end value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const query_result& value);

}  // namespace serf
