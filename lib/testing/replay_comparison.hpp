// What a client sends on one connection, held against what was recorded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/recorded_session.hpp"

namespace serf::testing {

class replay_comparison {
 public:
  explicit replay_comparison(const recorded_connection& recorded);

  // False: they differ from what was recorded. Nothing is compared any more.
  bool take(std::string_view bytes);

  // So much of what was recorded has come.
  std::size_t position() const { return position_; }
  bool is_complete() const { return position_ == recorded_.sent.size(); }

  // After a difference: what was recorded there and what came instead, decoded, without keys.
  std::string difference(const std::string& file) const;
  // The request that has not come, or not wholly: "request 4 (event, Seq 3)".
  std::string awaited() const;

 private:
  struct request {
    std::size_t at = 0;
    std::size_t end = 0;
    std::string name;  // "event, Seq 3"
  };
  struct key {
    recorded_key place;
    std::size_t head = 0;  // bytes before it that tell its length alone; 0: it is part of a text
  };

  bool take_byte(char byte);
  void end_key();
  void find_requests();
  bool begins_request();
  const request* current() const;
  std::size_t line_at(std::size_t position) const;

  const recorded_connection& recorded_;
  std::vector<request> requests_;
  std::size_t current_ = 0;  // of them, the one that position_ is in
  std::vector<key> keys_;
  std::size_t next_key_ = 0;
  std::size_t position_ = 0;
  std::string key_head_;       // what came of the head of a key
  std::size_t key_left_ = 0;   // bytes of it to come
  std::string since_request_;  // what came since the request began that position_ is in
};

}  // namespace serf::testing
