#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/request.hpp"
#include "session/call.hpp"
#include "session/deadline_queue.hpp"
#include "session/subscriber.hpp"

namespace serf::session {

// What a caller wants of the agent, and by when.
struct wish {
  std::optional<protocol::request> request;  // none: to know when the agent is ready
  std::chrono::nanoseconds timeout{};        // as the caller gave it, for messages
  time_point deadline;
  bool fail_fast = false;
  std::string hang_up_means{};  // what it most likely means if the agent hangs up without a word
  std::shared_ptr<subscriber> records{};   // of a request that has records: who takes them
  std::optional<std::uint64_t> only_on{};  // the connection, counted from 0, that it makes sense on

  std::string_view name() const { return request ? protocol::name(request->command) : "ready"; }
};

// Calls made before the connection is ready, in the order in which they came.
class waiting_calls {
 public:
  struct entry {
    wish what;
    std::unique_ptr<session::call> call;
  };

  // Takes both, or, with an exception, leaves the call.
  void add(wish&& what, std::unique_ptr<session::call>&& call);
  entry take_due(time_point now) noexcept;
  std::optional<entry> take_without_request() noexcept;
  std::optional<entry> take_first() noexcept;
  std::vector<entry> expire(time_point now);
  std::vector<entry> take_all();
  void put_back(entry what);  // in front of all

  std::optional<time_point> next_deadline();
  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }  // of their requests

 private:
  entry remove(std::map<std::uint64_t, entry>::iterator at) noexcept;
  void insert(std::uint64_t number, wish&& what, std::unique_ptr<session::call>&& call);

  std::map<std::uint64_t, entry> entries_;
  deadline_queue deadlines_;
  std::uint64_t next_ = std::uint64_t{1} << 63U;  // there is room in front
  std::size_t bytes_ = 0;
};

}  // namespace serf::session
