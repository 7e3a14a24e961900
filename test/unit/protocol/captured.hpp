// What real agents sent, and what it means. Of the recordings in test/captures, what an agent sent
// is in `captured_*.cpp`, what a client sent in request_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/command.hpp"
#include "protocol/decode.hpp"

namespace serf::protocol {

inline bool operator==(const query_record& a, const query_record& b) {
  return a.kind == b.kind && a.from == b.from && a.payload == b.payload;
}
std::ostream& operator<<(std::ostream& out, const query_record& value);

namespace test {

struct logged {
  std::string line;
  friend bool operator==(const logged& a, const logged& b) { return a.line == b.line; }
};
std::ostream& operator<<(std::ostream& out, const logged& value);

// monostate: there is no body. The kinds are told apart by type: int is what join gives.
using content = std::variant<std::monostate, std::vector<member>, int, key_report, agent_stats,
                             std::optional<coordinate>, serf::event, logged, query_record>;

struct message {
  std::uint64_t seq = 0;
  std::string error;
  content body;

  friend bool operator==(const message& a, const message& b) {
    return a.seq == b.seq && a.error == b.error && a.body == b.body;
  }
};

inline message ok(std::uint64_t seq) { return {seq, "", {}}; }
inline message refused(std::uint64_t seq, std::string error) { return {seq, std::move(error), {}}; }
inline message reply(std::uint64_t seq, content body) { return {seq, "", std::move(body)}; }
inline message reply(std::uint64_t seq, std::string error, content body) {
  return {seq, std::move(error), std::move(body)};
}

// The members that the recorded clusters had.
member node(std::string name, std::string address, tag_map tags = {},
            member_status status = member_status::alive);

struct captured {
  const char* file;
  std::map<std::uint64_t, command> commands;  // by the Seq that the client gave them
  std::vector<message> means;
  bool begins_with_record = false;  // the reply that stood before it is not in the file
  bool ends_inside_record = false;
};

std::vector<captured> captured_members();
std::vector<captured> captured_keys();
std::vector<captured> captured_replies();
std::vector<captured> captured_refusals();
std::vector<captured> captured_streams();
std::vector<captured> captured_logs();
std::vector<captured> all_captured();

std::string load_capture(const std::string& file);
std::vector<std::string> list_captures();

struct transcript {
  std::vector<message> messages;
  bool ends_inside_record = false;
  std::string problem;
};

// Puts the pieces through a reader one after the other, and decodes what comes out as a client does
// that has sent these commands.
transcript read_pieces(const captured& session, const std::vector<std::string_view>& pieces);

}  // namespace test
}  // namespace serf::protocol
