#include "client/call_counts.hpp"

#include <algorithm>
#include <string>

namespace serf {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

}  // namespace

call_counts::count& call_counts::outcome(entry& of, const failure* why) {
  if (why == nullptr) return of.succeeded;
  if (!why->agent_text.empty() || why->code == errc::expression_refused) return of.refused;
  switch (why->code) {
    case errc::timed_out:
      return of.timed_out;
    case errc::unreachable:
    case errc::connection_lost:
    case errc::agent_left:
    case errc::protocol_violation:
    case errc::limit_exceeded:
      return of.lost;
    default:
      return of.rejected;
  }
}

call_counts::entry* call_counts::entry_of(std::string_view command) {
  const auto* const at = std::find(names.begin(), names.end(), command);
  return at != names.end() ? &entries_[static_cast<std::size_t>(at - names.begin())] : nullptr;
}

void call_counts::reject(std::string_view command) {
  if (entry* const counted = entry_of(command)) counted->rejected.fetch_add(1, relaxed);
}

void call_counts::add(std::string_view command, const failure* why, clock::time_point since) {
  entry* const found = entry_of(command);
  if (found == nullptr) return;
  entry& counted = *found;
  count& what = outcome(counted, why);
  what.fetch_add(1, relaxed);
  if (&what != &counted.succeeded && &what != &counted.refused) return;
  const auto& bounds = latency_histogram::bounds();
  const auto range = std::lower_bound(bounds.begin(), bounds.end(), clock::now() - since);
  counted.latency[static_cast<std::size_t>(range - bounds.begin())].fetch_add(1, relaxed);
}

std::vector<call_metrics> call_counts::all() const {
  std::vector<call_metrics> all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const entry& counted = entries_[i];
    call_metrics each;
    each.command = names[i];
    each.succeeded = counted.succeeded.load(relaxed);
    each.refused = counted.refused.load(relaxed);
    each.timed_out = counted.timed_out.load(relaxed);
    each.lost = counted.lost.load(relaxed);
    each.rejected = counted.rejected.load(relaxed);
    for (std::size_t range = 0; range < latency_histogram::ranges; ++range) {
      each.latency.counts[range] = counted.latency[range].load(relaxed);
    }
    if (each.succeeded + each.refused + each.timed_out + each.lost + each.rejected > 0) {
      all.push_back(std::move(each));
    }
  }
  return all;
}

}  // namespace serf
