#include "session/stream_table.hpp"

#include <algorithm>
#include <utility>

namespace serf::session {

using protocol::command;

namespace {

using list = std::vector<std::shared_ptr<subscriber>>;

}  // namespace

void stream_table::add(std::uint64_t seq, command command, std::string body,
                       std::shared_ptr<subscriber> taker, time_point deadline) {
  auto takers = std::make_shared<list>(1, taker);
  const auto added =
      streams_.insert_or_assign(seq, stream{command, std::move(body), std::move(takers), deadline});
  if (command == command::stream) shared_.emplace(added.first->second.body, seq);
  taker->seq_ = seq;
}

void stream_table::open(std::uint64_t seq) {
  stream* const acknowledged = find(seq);
  if (acknowledged == nullptr || acknowledged->open) return;
  acknowledged->open = true;
  ++open_;
  // Given up while the agent had yet to say that there is something to stop.
  if (!acknowledged->takers) set_due(seq, time_point::min());
}

subscribers stream_table::confirm(std::uint64_t seq) {
  stream* const opened = find(seq);
  if (opened == nullptr) return nullptr;
  opened->confirmed = true;
  return std::exchange(opened->again, false) ? opened->takers : nullptr;
}

stream_table::stream* stream_table::find(std::uint64_t seq) {
  const auto at = streams_.find(seq);
  return at != streams_.end() ? &at->second : nullptr;
}

void stream_table::unshare(const stream& ended, std::uint64_t seq) {
  const auto shared = shared_.find(ended.body);
  if (shared != shared_.end() && shared->second == seq) shared_.erase(shared);
}

subscribers stream_table::erase(std::uint64_t seq) {
  const auto at = streams_.find(seq);
  if (at == streams_.end()) return nullptr;
  unshare(at->second, seq);
  subscribers released = std::move(at->second.takers);
  if (released) {
    for (const auto& each : *released) each->seq_.reset();
    joined_ -= released->size() - 1;
  }
  close(at->second);
  if (at->second.asleep) --asleep_;
  streams_.erase(at);
  return released;
}

void stream_table::close(stream& each) {
  if (std::exchange(each.open, false) && !each.stopped) --open_;
}

std::optional<std::uint64_t> stream_table::shared(const std::string& body) const {
  const auto at = shared_.find(body);
  if (at == shared_.end()) return std::nullopt;
  return at->second;
}

void stream_table::join(std::uint64_t seq, const std::shared_ptr<subscriber>& taker) {
  stream& joined = streams_.at(seq);
  auto takers = std::make_shared<list>();
  takers->reserve(joined.takers ? joined.takers->size() + 1 : 1);
  if (joined.takers) {
    *takers = *joined.takers;
    ++joined_;
  }
  takers->push_back(taker);
  joined.takers = std::move(takers);
  joined.due = time_point::max();
  taker->seq_ = seq;
}

subscribers stream_table::leave(const subscriber& taker, time_point stop_at) {
  if (!taker.seq_) return nullptr;
  const std::uint64_t seq = *taker.seq_;
  stream* const left = find(seq);
  if (left == nullptr || !left->takers || left->command == command::query) return nullptr;
  auto remaining = std::make_shared<list>(*left->takers);
  const auto is_taker = [&](const auto& each) { return each.get() == &taker; };
  const auto at = std::find_if(remaining->begin(), remaining->end(), is_taker);
  if (at == remaining->end()) return nullptr;
  const bool is_over = left->asleep && left->command == command::stream;  // nothing to stop
  if (remaining->size() == 1 && !is_over && (left->open || left->asleep)) {
    set_due(seq, stop_at);  // nothing throws from here on
  }
  (*at)->seq_.reset();
  remaining->erase(at);
  subscribers released = std::move(left->takers);
  if (!remaining->empty()) {
    --joined_;
    left->takers = std::move(remaining);
  } else {
    left->takers = nullptr;
    if (is_over) erase(seq);
  }
  return released;
}

void stream_table::expire_at(const subscriber& taker, time_point when) {
  if (taker.seq_) set_due(*taker.seq_, when);
}

// One entry a stream, however often it is put off or called off: it stays where it is, is looked at
// when its time has come, and put back.
void stream_table::set_due(std::uint64_t seq, time_point when) {
  stream* const found = find(seq);
  if (found == nullptr) return;
  found->due = when;
  if (when >= found->looked_at) return;
  deadlines_.sweep(streams_.size(), [this](std::uint64_t each) { return is_looked_at(each); });
  deadlines_.push(when, seq);
  found->looked_at = when;
}

bool stream_table::is_looked_at(std::uint64_t seq) const {
  const auto at = streams_.find(seq);
  return at != streams_.end() && at->second.looked_at != time_point::max();
}

std::vector<std::uint64_t> stream_table::take_due(time_point now) {
  std::vector<std::uint64_t> due;
  while (const auto seq = deadlines_.pop_due(now)) {
    stream* const found = find(*seq);
    if (found == nullptr) continue;
    found->looked_at = time_point::max();
    if (found->due <= now) {
      found->due = time_point::max();
      due.push_back(*seq);
    } else {
      set_due(*seq, found->due);
    }
  }
  return due;
}

void stream_table::mark_stopped(std::uint64_t seq) {
  stream* const ended = find(seq);
  if (ended == nullptr || ended->stopped) return;
  unshare(*ended, seq);
  close(*ended);
  ended->stopped = true;
  ended->body.clear();
  stopped_.push_back(seq);
  if (stopped_.size() > most_stopped_) {
    streams_.erase(stopped_.front());
    stopped_.pop_front();
  }
}

stream_table::loss stream_table::put_to_sleep() {
  loss lost;
  std::vector<std::uint64_t> order;
  std::size_t takers = 0;
  for (const auto& [seq, each] : streams_) {
    order.push_back(seq);
    takers += each.takers ? each.takers->size() : 0;
  }
  lost.over.reserve(takers);
  lost.asleep.reserve(takers);  // nothing throws from here on
  std::sort(order.begin(), order.end());
  for (const std::uint64_t seq : order) {
    stream& each = streams_.at(seq);
    // One that slept already, or was asked for again in vain, has been open.
    const bool sleeps = (each.open || each.again) && each.takers && each.command != command::query;
    if (each.takers) {
      list& whose = sleeps ? lost.asleep : lost.over;
      whose.insert(whose.end(), each.takers->begin(), each.takers->end());
    }
    if (sleeps) {
      close(each);
      if (!std::exchange(each.asleep, true)) ++asleep_;
      each.again = true;
      each.confirmed = false;
      each.due = time_point::max();
    } else {
      erase(seq);
    }
  }
  stopped_.clear();
  return lost;
}

std::vector<std::uint64_t> stream_table::asleep() const {
  std::vector<std::uint64_t> found;
  for (const auto& [seq, each] : streams_) {
    if (each.asleep) found.push_back(seq);
  }
  std::sort(found.begin(), found.end());
  return found;
}

void stream_table::wake(std::uint64_t asleep, std::uint64_t seq) {
  const auto at = streams_.find(asleep);
  if (at->second.command == command::stream) shared_[at->second.body] = seq;
  auto node = streams_.extract(at);
  stream& each = node.mapped();
  if (std::exchange(each.asleep, false)) --asleep_;
  each.looked_at = time_point::max();
  each.deadline = time_point::max();
  if (each.takers) {
    for (const auto& taker : *each.takers) taker->seq_ = seq;
  }
  node.key() = seq;
  streams_.insert(std::move(node));
}

std::optional<time_point> stream_table::next_deadline() {
  return deadlines_.next([this](std::uint64_t seq) { return is_looked_at(seq); });
}

std::vector<std::shared_ptr<subscriber>> stream_table::take_all() {
  std::vector<std::pair<std::uint64_t, subscribers>> order;
  order.reserve(streams_.size());
  std::size_t takers = 0;
  for (const auto& [seq, each] : streams_) {
    if (!each.takers) continue;
    order.emplace_back(seq, each.takers);
    takers += each.takers->size();
  }
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  list all;
  all.reserve(takers);  // nothing throws from here on
  for (const auto& each : order) {
    for (const auto& taker : *each.second) {
      taker->seq_.reset();
      all.push_back(taker);
    }
  }
  streams_.clear();
  shared_.clear();
  stopped_.clear();
  deadlines_.clear();
  open_ = asleep_ = joined_ = 0;
  return all;
}

}  // namespace serf::session
