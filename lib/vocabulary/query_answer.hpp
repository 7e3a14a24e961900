#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>

#include <serf/event.hpp>

namespace serf {

// The right to answer one query, shared by the copies of its event. The client layer implements it;
// the decoder only sets the number.
class query_answer {
 public:
  virtual ~query_answer() = default;
  virtual std::future<void> respond(std::string response) = 0;

  static void set_id(query_event& query, std::uint64_t id) noexcept { query.id_ = id; }
  static void bind(query_event& query, std::shared_ptr<query_answer> answer) noexcept {
    query.answer_ = std::move(answer);
  }
  static const std::shared_ptr<query_answer>& of(const query_event& query) noexcept {
    return query.answer_;
  }
};

}  // namespace serf
