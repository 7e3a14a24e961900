#include "testing/fake_coalescing.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace serf::testing {

using namespace std::chrono_literals;

void fake_wait::extend(fake_time now) {
  if (!std::exchange(waiting_, true)) first_ = now;
  last_ = now;
}

fake_time fake_wait::due() const {
  return waiting_ ? std::min(last_ + 1s, first_ + 3s) : fake_time::max();
}

void fake_user_coalescing::add(const fake_user_event& event, fake_time now) {
  wait_.extend(now);
  const auto same = [&](const fake_user_event& each) { return each.name == event.name; };
  const auto known = std::find_if(latest_.begin(), latest_.end(), same);
  if (known != latest_.end()) {
    if (event.ltime < known->ltime) return;
    if (event.ltime > known->ltime) {
      latest_.erase(std::remove_if(latest_.begin(), latest_.end(), same), latest_.end());
    }
  }
  latest_.push_back(event);
}

std::vector<fake_user_event> fake_user_coalescing::take() {
  wait_.end();
  return std::exchange(latest_, {});
}

void fake_member_coalescing::add(const std::string& kind, const fake_member& member,
                                 fake_time now) {
  wait_.extend(now);
  auto& entry = latest_.insert({member.name, latest{kind, member}}).first->second;
  entry.kind = kind;
  entry.member = member;
}

std::vector<fake_member_coalescing::event> fake_member_coalescing::take() {
  wait_.end();
  std::vector<event> events;
  for (auto& [name, entry] : latest_) {
    if (std::exchange(entry.told, entry.kind) == entry.kind && entry.kind != "member-update") {
      continue;
    }
    const auto same = [&kind = entry.kind](const event& each) { return each.kind == kind; };
    auto of_kind = std::find_if(events.begin(), events.end(), same);
    if (of_kind == events.end()) of_kind = events.insert(of_kind, {entry.kind, {}});
    of_kind->members.push_back(entry.member);
  }
  return events;
}

}  // namespace serf::testing
