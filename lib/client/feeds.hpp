#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <serf/event.hpp>
#include <serf/stream.hpp>

#include "client/connection.hpp"
#include "client/feed.hpp"

namespace serf {

// The events of a stream. A query among them gets the right to answer it, on the connection it came
// on.
class event_feed final : public feed<event> {
 public:
  event_feed(std::shared_ptr<delivery::record_queue<event>> queue, stream_names names,
             std::weak_ptr<connection> over, std::chrono::nanoseconds respond_timeout)
      : feed(std::move(queue), std::move(names)),
        over_(std::move(over)),
        respond_timeout_(respond_timeout) {}

 private:
  verdict read(std::string_view body, event& into, std::optional<std::string>& flaw) override;

  const std::weak_ptr<connection> over_;
  const std::chrono::nanoseconds respond_timeout_;
};

// The lines of an agent's log. The agent first repeats what it has of older lines, 512 at most, and
// does not say where these end. Among lines of level info and below stands the one that notes this
// very connection: what comes before it is backlog. Where it cannot be there, or does not come, it
// is what arrives in the first moments.
class log_feed final : public feed<log_entry> {
 public:
  log_feed(std::shared_ptr<delivery::record_queue<log_entry>> queue, stream_names names,
           log_level level)
      : feed(std::move(queue), std::move(names)), level_(level) {}

  // Acknowledged, on a connection whose end on this side the agent knows by that address.
  void opened(const std::string& local_address);

 private:
  using clock = std::chrono::steady_clock;
  verdict read(std::string_view body, log_entry& into, std::optional<std::string>& flaw) override;
  bool is_backlog(const log_line& line);

  const log_level level_;
  std::string accepted_;  // what the agent says of this connection
  clock::time_point backlog_until_;
  int backlog_left_ = 0;
};

// What comes of a query. It cannot be taken back, and a record may follow until its done.
class query_feed final : public feed<query_reply> {
 public:
  query_feed(std::shared_ptr<delivery::record_queue<query_reply>> queue, stream_names names,
             std::string query)
      : feed(std::move(queue), std::move(names)), query_(std::move(query)) {}

  void expired() override;

 private:
  verdict read(std::string_view body, query_reply& into, std::optional<std::string>& flaw) override;
  bool reads_on() const override { return true; }

  const std::string query_;  // its name
};

}  // namespace serf
