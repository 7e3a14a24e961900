#include <serf/metrics.hpp>

#include <cmath>
#include <numeric>
#include <ostream>
#include <tuple>

#include "vocabulary/duration_text.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;

auto all_of(const call_metrics& m) {
  return std::tie(m.command, m.succeeded, m.refused, m.timed_out, m.lost, m.rejected, m.latency);
}
auto all_of(const stream_metrics& m) {
  return std::tie(m.received, m.delivered, m.dropped, m.gaps, m.live, m.queued, m.queued_bytes);
}
auto all_of(const client_metrics& m) {
  return std::tie(m.attempts, m.connects, m.losses, m.pending_calls, m.tombstones, m.unsent_bytes,
                  m.bytes_sent, m.bytes_received, m.calls, m.streams);
}

std::string number(std::uint64_t value, const char* what) {
  return std::to_string(value) + " " + what;
}

}  // namespace

bool operator==(const call_metrics& a, const call_metrics& b) { return all_of(a) == all_of(b); }
bool operator==(const stream_metrics& a, const stream_metrics& b) { return all_of(a) == all_of(b); }
bool operator==(const client_metrics& a, const client_metrics& b) { return all_of(a) == all_of(b); }

const std::array<std::chrono::nanoseconds, latency_histogram::ranges - 1>&
latency_histogram::bounds() noexcept {
  static constexpr std::array<std::chrono::nanoseconds, ranges - 1> all = {
      20us, 50us, 100us, 200us, 500us, 1ms, 2ms, 5ms, 10ms,
      20ms, 50ms, 100ms, 200ms, 500ms, 1s,  5s,  30s};
  return all;
}

std::uint64_t latency_histogram::total() const noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::chrono::nanoseconds latency_histogram::quantile(double part) const noexcept {
  const auto all = static_cast<double>(total());
  if (all == 0) return {};
  const double wanted = std::ceil(std::min(std::max(part, 0.0), 1.0) * all);
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i + 1 < ranges; ++i) {
    so_far += counts[i];
    if (so_far > 0 && static_cast<double>(so_far) >= wanted) return bounds()[i];
  }
  return bounds().back();
}

std::string to_string(const client_metrics& value) {
  std::string text =
      "connection: " + number(value.attempts, "attempts, ") + number(value.connects, "connects");
  for (const auto& [why, count] : value.losses) {
    text += ", " + number(count, "lost: ") + make_error_code(why).message();
  }
  text += "\npending: " + number(value.pending_calls, "calls, ") +
          number(value.tombstones, "tombstones, ") + number(value.unsent_bytes, "bytes unsent") +
          "\nbytes: " + number(value.bytes_sent, "sent, ") +
          number(value.bytes_received, "received") +
          "\nstreams: " + number(value.streams.live, "live, ") +
          number(value.streams.received, "received, ") +
          number(value.streams.delivered, "delivered, ") +
          number(value.streams.dropped, "dropped, ") + number(value.streams.gaps, "gaps, ") +
          number(value.streams.queued, "queued (") + number(value.streams.queued_bytes, "bytes)");
  for (const call_metrics& each : value.calls) {
    text += "\n" + each.command + ": " + number(each.succeeded, "succeeded, ") +
            number(each.refused, "refused, ") + number(each.timed_out, "timed out, ") +
            number(each.lost, "lost, ") + number(each.rejected, "rejected");
    if (each.latency.total() > 0) {
      text += "; half within " + duration_text(each.latency.quantile(0.5)) + ", 99 % within " +
              duration_text(each.latency.quantile(0.99));
    }
  }
  return text;
}

std::ostream& operator<<(std::ostream& out, const client_metrics& value) {
  return out << to_string(value);
}

}  // namespace serf
