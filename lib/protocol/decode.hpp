#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <serf/agent_stats.hpp>
#include <serf/coordinate.hpp>
#include <serf/event.hpp>
#include <serf/key_report.hpp>
#include <serf/member.hpp>

namespace serf::protocol {

// Bodies into the public structs. Each takes one whole msgpack value, as reader::next_body() gives
// it, and says what is wrong with it, if anything is: "members: Port is a map, not an integer".
// What it decodes into is then of no use.
//
// Text and bytes are one, and may be any bytes; nil is empty, zero or false; keys come in any
// order, and unknown ones are skipped. A body without the key that makes it one is refused: most
// likely it is something else.
using flaw = std::optional<std::string>;

// A large body takes a while. Once `given_up` is set, from whichever thread, what it is decoded
// into is not wanted any more, and that is a flaw, too.
flaw decode_members(std::string_view body, std::vector<member>& into,
                    const std::atomic<bool>* given_up = nullptr);
flaw decode_join(std::string_view body, int& nodes_joined,
                 const std::atomic<bool>* given_up = nullptr);
flaw decode_keys(std::string_view body, key_report& into,
                 const std::atomic<bool>* given_up = nullptr);
flaw decode_stats(std::string_view body, agent_stats& into,
                  const std::atomic<bool>* given_up = nullptr);
// nullopt where the agent knows no coordinate of the node.
flaw decode_coordinate(std::string_view body, std::optional<coordinate>& into,
                       const std::atomic<bool>* given_up = nullptr);

// Records. A query event has its id and no answer bound to it yet.
flaw decode_event(std::string_view body, serf::event& into);
flaw decode_log(std::string_view body, std::string& line);

struct query_record {
  enum class kind { ack, response, done, unknown };

  query_record::kind kind = kind::unknown;
  std::string from;
  std::string payload;
};
flaw decode_query_record(std::string_view body, query_record& into);

}  // namespace serf::protocol
