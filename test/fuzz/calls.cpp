#include "fuzz/calls.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace serf::fuzz {
namespace {

constexpr std::size_t most_calls = 8;

enum class way { first, side, risky, monitor };

way of_members(client& on, std::size_t which, open_ends& ends) {
  switch (which) {
    case 0:
      ends.add(on.members());
      return way::first;
    case 1:
      on.members(ends.once<std::vector<member>>());
      return way::first;
    case 2:
      ends.add(on.members(member_filter().name(exact("n1"))));
      return way::first;
    case 3:
      ends.add(on.members(member_filter().tag("role", regex("w.*"))));
      return way::risky;
    case 4:
      ends.add(on.stats());
      return way::first;
    default:
      ends.add(on.get_coordinate("n1"));
      return way::first;
  }
}

way of_one_request(client& on, std::size_t which, open_ends& ends) {
  switch (which) {
    case 0:
      ends.add(on.ready());
      return way::first;
    case 1:
      ends.add(on.event("deploy", "v1"));
      return way::first;
    case 2:
      on.event("deploy", "v2", ends.once<void>());
      return way::first;
    case 3:
      ends.add(on.join("127.0.0.2:7946"));
      return way::side;
    case 4:
      ends.add(on.list_keys());
      return way::side;
    case 5:
      on.install_key("T9jncgl9mbLus+baTTa7q7nPSUrXwbDi2dhbtqir37s=", ends.once<key_report>());
      return way::side;
    case 6:
      ends.add(on.tags(tag_changes().set("role", "web")));
      return way::side;
    case 7:
      ends.add(on.force_leave("n3", force_leave_options().prune()));
      return way::side;
    default:
      ends.add(on.leave());
      return way::side;
  }
}

way of_streams(client& on, std::size_t which, open_ends& ends) {
  const auto few = stream_options().max_records(2);
  switch (which) {
    case 0:
      ends.add(on.stream("*"));
      return way::first;
    case 1:
      ends.add(on.stream("user", stream_options(few).overflow(overflow_policy::close)));
      return way::first;
    case 2:
      ends.add(
          on.subscribe("*", ends.counted(event_handlers([](const event& e) { to_string(e); }))));
      return way::first;
    case 3:
      ends.add(on.monitor(log_level::debug, stream_options(few)));
      return way::monitor;
    case 4:
      ends.add(on.monitor(log_level::warn,
                          ends.counted(log_handlers([](const log_line& l) { to_string(l); }))));
      return way::monitor;
    case 5:
      ends.add(on.answer(
          "load", [](const query_event& q) -> std::optional<std::string> { return q.payload; }));
      return way::first;
    case 6:
      ends.add(on.query(query_request("load").request_ack()));
      return way::first;
    case 7:
      ends.add(on.query("load",
                        ends.counted(query_handlers([](const query_reply& r) { to_string(r); }))));
      return way::first;
    default:
      ends.add(on.ask("load"));
      return way::first;
  }
}

}  // namespace

std::size_t make_calls(client& subject, input& in, open_ends& ends) {
  std::size_t monitors = 0;
  std::set<way> ways;
  for (std::size_t left = in.below(most_calls + 1); left > 0; --left) {
    const std::uint8_t choice = in.byte();
    const std::size_t which = choice / 4;
    way over = way::first;
    switch (choice % 4) {
      case 0:
        over = of_members(subject, which % 6, ends);
        break;
      case 1:
        over = of_one_request(subject, which % 9, ends);
        break;
      default:
        over = of_streams(subject, which % 9, ends);
    }
    monitors += over == way::monitor ? 1 : 0;
    ways.insert(over);
  }
  return monitors + ways.count(way::side) + ways.count(way::risky);
}

}  // namespace serf::fuzz
