#include "session/pending_table.hpp"

#include <algorithm>
#include <utility>

namespace serf::session {

void pending_table::insert(std::uint64_t seq, entry what, time_point deadline) {
  deadlines_.sweep(live_, [this](std::uint64_t each) { return is_live(each); });
  if (deadline != time_point::max()) deadlines_.push(deadline, seq);
  const bool is_call = what.call != nullptr;
  entries_.insert_or_assign(seq, std::move(what));
  live_ += is_call ? 1 : 0;
}

void pending_table::give(std::uint64_t seq, std::unique_ptr<session::call> call) noexcept {
  entry* const waits = find(seq);
  if (waits == nullptr || !call) return;
  waits->call = std::move(call);
  ++live_;
}

pending_table::entry* pending_table::find(std::uint64_t seq) {
  const auto at = entries_.find(seq);
  return at != entries_.end() ? &at->second : nullptr;
}

std::optional<pending_table::entry> pending_table::take(std::uint64_t seq) {
  const auto at = entries_.find(seq);
  if (at == entries_.end()) return std::nullopt;
  if (at->second.call) --live_;
  std::optional<entry> taken(std::move(at->second));
  entries_.erase(at);
  return taken;
}

void pending_table::hand_over(std::unique_ptr<session::call>&& call, std::uint64_t seq,
                              time_point deadline) {
  if (find(seq) == nullptr || !call) return;
  if (deadline != time_point::max()) deadlines_.push(deadline, seq);
  give(seq, std::move(call));
}

std::vector<std::uint64_t> pending_table::confirming(std::uint64_t stream) const {
  std::vector<std::uint64_t> found;
  for (const auto& [seq, each] : entries_) {
    if (each.call && each.confirms == stream) found.push_back(seq);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::unique_ptr<call> pending_table::take_call(std::uint64_t seq) noexcept {
  entry* const found = find(seq);
  if (found == nullptr || !found->call) return nullptr;
  --live_;
  return std::move(found->call);
}

pending_table::entry pending_table::take_due(time_point now) noexcept {
  while (const auto seq = deadlines_.pop_due(now)) {
    entry* const due = find(*seq);
    if (due == nullptr || !due->call) continue;
    return {due->command, take_call(*seq), due->timeout, due->position};
  }
  return {};
}

std::vector<pending_table::entry> pending_table::take_all() {
  std::vector<std::pair<std::uint64_t, entry*>> order;
  order.reserve(live_);
  for (auto& [seq, each] : entries_) {
    if (each.call) order.emplace_back(seq, &each);
  }
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<entry> all;
  all.reserve(order.size());
  for (const auto& each : order) all.push_back(std::move(*each.second));
  entries_.clear();
  deadlines_.clear();
  live_ = 0;
  return all;
}

std::optional<time_point> pending_table::next_deadline() {
  return deadlines_.next([this](std::uint64_t seq) { return is_live(seq); });
}

bool pending_table::is_live(std::uint64_t seq) const {
  const auto at = entries_.find(seq);
  return at != entries_.end() && at->second.call;
}

}  // namespace serf::session
