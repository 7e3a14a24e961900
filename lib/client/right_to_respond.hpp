#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>

#include <serf/event.hpp>

#include "client/connection.hpp"
#include "client/feed.hpp"
#include "client/typed_call.hpp"
#include "vocabulary/home_process.hpp"
#include "vocabulary/query_answer.hpp"

namespace serf {

// To answer one query on the connection it came on: elsewhere, and on a later connection to the
// same agent, its number is another query's. Any thread.
class right_to_respond final : public query_answer,
                               public std::enable_shared_from_this<right_to_respond> {
 public:
  // `losses`: of the connection, when the query came.
  right_to_respond(std::weak_ptr<connection> over, std::uint64_t losses, const query_event& query,
                   stream_names names, std::chrono::nanoseconds timeout)
      : over_(std::move(over)),
        losses_(losses),
        id_(query.id()),
        query_(query.name),
        names_(std::move(names)),
        timeout_(timeout) {}

  std::future<void> respond(std::string response) override;
  // `told` hears the agent's verdict, or why there is none.
  void respond(const std::string& response, std::unique_ptr<typed_call<void>> told);

  call_names names() const { return {"respond", names_.agent, *names_.counts}; }

 private:
  class response_call;
  enum class state { open, under_way, used };
  bool is_lost() const;  // the connection that the query came on
  failure refused(errc code, const std::string& why) const;

  const home_process home_;
  const std::weak_ptr<connection> over_;
  const std::uint64_t losses_;
  const std::uint64_t id_;
  const std::string query_;
  const stream_names names_;  // of the stream that it came on
  const std::chrono::nanoseconds timeout_;
  std::atomic<state> state_{state::open};
};

}  // namespace serf
