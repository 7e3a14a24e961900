#include "session/waiting_calls.hpp"

#include <utility>

namespace serf::session {

void waiting_calls::add(wish what, std::unique_ptr<session::call> call) {
  insert(next_++, {std::move(what), std::move(call)});
}

void waiting_calls::put_back(entry what) {
  insert(entries_.empty() ? next_++ : entries_.begin()->first - 1, std::move(what));
}

void waiting_calls::insert(std::uint64_t number, entry what) {
  const std::size_t size = what.what.request ? what.what.request->body.size() : 0;
  deadlines_.sweep(entries_.size(),
                   [this](std::uint64_t each) { return entries_.count(each) != 0; });
  if (what.what.deadline != time_point::max()) deadlines_.push(what.what.deadline, number);
  entries_.emplace(number, std::move(what));
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

std::vector<waiting_calls::entry> waiting_calls::take_without_request() {
  std::vector<entry> taken;
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto each = at++;
    if (!each->second.what.request) taken.push_back(remove(each));
  }
  return taken;
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
