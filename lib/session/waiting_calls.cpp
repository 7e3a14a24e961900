#include "session/waiting_calls.hpp"

#include <algorithm>
#include <utility>

namespace serf::session {

void waiting_calls::add(wish&& what, std::unique_ptr<session::call>&& call) {
  insert(next_++, std::move(what), std::move(call));
}

void waiting_calls::put_back(entry what) {
  insert(entries_.empty() ? next_++ : entries_.begin()->first - 1, std::move(what.what),
         std::move(what.call));
}

void waiting_calls::insert(std::uint64_t number, wish&& what,
                           std::unique_ptr<session::call>&& call) {
  deadlines_.sweep(entries_.size(),
                   [this](std::uint64_t each) { return entries_.count(each) != 0; });
  if (what.deadline != time_point::max()) deadlines_.push(what.deadline, number);
  entry& added = entries_[number];
  added.what = std::move(what);
  added.call = std::move(call);
  if (added.what.request) bytes_ += added.what.request->body.size();
}

waiting_calls::entry waiting_calls::take_due(time_point now) noexcept {
  while (const auto number = deadlines_.pop_due(now)) {
    const auto due = entries_.find(*number);
    if (due != entries_.end()) return remove(due);
  }
  return {};
}

std::vector<waiting_calls::entry> waiting_calls::expire(time_point now) {
  std::vector<entry> expired;
  for (auto next = next_deadline(); next && *next <= now; next = next_deadline()) {
    expired.emplace_back();
    expired.back() = take_due(now);
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

std::optional<waiting_calls::entry> waiting_calls::take_without_request() noexcept {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [](const auto& each) { return !each.second.what.request; });
  if (found == entries_.end()) return std::nullopt;
  return remove(found);
}

std::optional<waiting_calls::entry> waiting_calls::take_first() noexcept {
  if (entries_.empty()) return std::nullopt;
  return remove(entries_.begin());
}

waiting_calls::entry waiting_calls::remove(std::map<std::uint64_t, entry>::iterator at) noexcept {
  entry removed = std::move(at->second);
  entries_.erase(at);
  if (removed.what.request) bytes_ -= removed.what.request->body.size();
  return removed;
}

std::optional<time_point> waiting_calls::next_deadline() {
  return deadlines_.next([this](std::uint64_t number) { return entries_.count(number) != 0; });
}

}  // namespace serf::session
