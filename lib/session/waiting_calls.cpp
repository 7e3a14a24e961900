#include "session/waiting_calls.hpp"

#include <utility>

namespace serf::session {

void waiting_calls::add(wish what, std::unique_ptr<session::call> call) {
  const std::uint64_t number = next_++;
  const std::size_t size = what.request ? what.request->body.size() : 0;
  deadlines_.sweep(entries_.size(),
                   [this](std::uint64_t each) { return entries_.count(each) != 0; });
  if (what.deadline != time_point::max()) deadlines_.push(what.deadline, number);
  entries_.emplace(number, entry{std::move(what), std::move(call)});
  bytes_ += size;
}

std::vector<waiting_calls::entry> waiting_calls::expire(time_point now) {
  std::vector<entry> expired;
  while (const auto number = deadlines_.pop_due(now)) {
    const auto due = entries_.find(*number);
    if (due == entries_.end()) continue;
    expired.push_back(remove(due));
  }
  return expired;
}

std::vector<waiting_calls::entry> waiting_calls::take_all() {
  std::vector<entry> all;
  all.reserve(entries_.size());
  while (!entries_.empty()) all.push_back(remove(entries_.begin()));
  deadlines_.clear();
  return all;
}

std::optional<waiting_calls::entry> waiting_calls::take_first() {
  if (entries_.empty()) return std::nullopt;
  return remove(entries_.begin());
}

waiting_calls::entry waiting_calls::remove(std::map<std::uint64_t, entry>::iterator at) {
  entry removed = std::move(at->second);
  entries_.erase(at);
  if (removed.what.request) bytes_ -= removed.what.request->body.size();
  return removed;
}

std::optional<time_point> waiting_calls::next_deadline() {
  return deadlines_.next([this](std::uint64_t number) { return entries_.count(number) != 0; });
}

}  // namespace serf::session
