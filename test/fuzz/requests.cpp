#include "fuzz/requests.hpp"

#include <string>

namespace serf::fuzz {
namespace {

std::string text_of(input& in) { return std::string(in.bytes(in.below(32))); }

}  // namespace

std::optional<protocol::request> request_of(input& in) {
  switch (in.below(16)) {
    case 0:
      return protocol::event({text_of(in), text_of(in)});
    case 1:
      return protocol::force_leave(text_of(in), in.below(2) != 0);
    case 2:
      return protocol::join({text_of(in)}, false);
    case 3:
      return protocol::members({});
    case 4:
      return protocol::members(member_filter().name(exact(text_of(in))));
    case 5:
      return protocol::tags(tag_changes().set(text_of(in), text_of(in)));
    case 6:
      return protocol::leave();
    case 7:
      return protocol::respond(in.number(), text_of(in));
    case 8:
      return protocol::install_key(text_of(in));
    case 9:
      return protocol::use_key(text_of(in));
    case 10:
      return protocol::remove_key(text_of(in));
    case 11:
      return protocol::list_keys();
    case 12:
      return protocol::stats();
    case 13:
      return protocol::get_coordinate(text_of(in));
    case 14:
      return protocol::stop(in.number());
    default:
      return std::nullopt;
  }
}

// Few filters: streams of the same one share it.
protocol::request request_with_records_of(input& in) {
  switch (in.below(5)) {
    case 0:
    case 1:
      return protocol::stream("user");
    case 2:
      return protocol::stream("*");
    case 3:
      return protocol::monitor(log_level::debug);
    default:
      return protocol::query(query_request(text_of(in)));
  }
}

}  // namespace serf::fuzz
