#include <ostream>
#include <string>
#include <tuple>

#include <serf/stream.hpp>
#include <serf/stream_options.hpp>

namespace serf {
namespace {

auto all_of(const stream_counters& c) {
  return std::tie(c.received, c.delivered, c.dropped, c.queued, c.bytes, c.max_queued, c.gaps);
}

}  // namespace

bool operator==(const stream_counters& a, const stream_counters& b) {
  return all_of(a) == all_of(b);
}

std::string to_string(overflow_policy value) {
  switch (value) {
    case overflow_policy::drop_oldest:
      return "drop oldest";
    case overflow_policy::drop_newest:
      return "drop newest";
    case overflow_policy::close:
      return "close";
  }
  return "";
}

std::string to_string(const stream_counters& value) {
  return std::to_string(value.received) + " received, " + std::to_string(value.delivered) +
         " delivered, " + std::to_string(value.dropped) + " dropped, " +
         std::to_string(value.queued) + " queued (" + std::to_string(value.bytes) +
         " bytes, at most " + std::to_string(value.max_queued) + " records), " +
         std::to_string(value.gaps) + " gaps";
}

std::string to_string(const log_entry& value) {
  return std::visit([](const auto& each) { return to_string(each); }, value);
}
std::string to_string(const query_reply& value) {
  return std::visit([](const auto& each) { return to_string(each); }, value);
}

std::ostream& operator<<(std::ostream& out, const log_entry& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const query_reply& v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, overflow_policy v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const stream_counters& v) {
  return out << to_string(v);
}

}  // namespace serf
