#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <serf/query.hpp>

#include "client/connection.hpp"
#include "client/feed.hpp"
#include "client/typed_call.hpp"
#include "session/subscriber.hpp"

namespace serf {

// Gathers what comes of a query until it ends: by its done, when every node named in it has
// answered, at its deadline, or with the connection. The I/O thread's own.
class query_gathering final : public session::subscriber {
 public:
  query_gathering(const query_request& asked, stream_names names);

  // Tells the outcome to `told`, which names the agent by what this holds.
  void tell(std::unique_ptr<typed_call<query_result>> told) { told_ = std::move(told); }
  const stream_names& names() const noexcept { return names_; }

  bool record(std::string_view body) override;
  void flush() override {}
  void expired() override { end(query_end::deadline); }
  void ended(const failure& why) override;
  void fail(failure why);

 private:
  bool all_answered() const;
  void end(query_end how);

  const stream_names names_;
  const std::set<std::string> asked_;  // the nodes; none: whoever is there
  const bool acks_wanted_;
  std::size_t bytes_ = 0;
  std::set<std::string> silent_, unacknowledged_;  // of the nodes asked
  query_result result_;
  std::unique_ptr<typed_call<query_result>> told_;  // until it is told
};

// The query's request: whether the agent has taken it, and from when on its time runs.
class asking final : public session::call {
 public:
  asking(std::shared_ptr<query_gathering> gathering, std::weak_ptr<connection> over,
         std::chrono::nanoseconds life, session::time_point latest)
      : gathering_(std::move(gathering)), over_(std::move(over)), life_(life), latest_(latest) {}
  ~asking() override;

  void answered(std::string_view body) override;
  void failed(failure why, std::string_view body) override;

 private:
  const std::shared_ptr<query_gathering> gathering_;
  const std::weak_ptr<connection> over_;
  const std::chrono::nanoseconds life_;
  const session::time_point latest_;
  bool told_ = false;
};

}  // namespace serf
