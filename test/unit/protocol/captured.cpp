#include "unit/protocol/captured.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <type_traits>

#include <gtest/gtest.h>

#include "protocol/reader.hpp"

namespace serf::protocol {

std::ostream& operator<<(std::ostream& out, const query_record& value) {
  return out << "query_record " << static_cast<int>(value.kind) << " from \"" << value.from
             << "\" \"" << value.payload << '"';
}

namespace test {
namespace {

template <class T, class Decode>
flaw decode_as(Decode decode, std::string_view body, content& into) {
  T value{};
  flaw wrong;
  if constexpr (std::is_invocable_v<Decode, std::string_view, T&>) {
    wrong = decode(body, value);  // a record
  } else {
    wrong = decode(body, value, nullptr);
  }
  into = std::move(value);
  return wrong;
}

flaw decode_body(command which, std::string_view body, content& into) {
  switch (which) {
    case command::members:
    case command::members_filtered:
      return decode_as<std::vector<member>>(decode_members, body, into);
    case command::join:
      return decode_as<int>(decode_join, body, into);
    case command::stats:
      return decode_as<agent_stats>(decode_stats, body, into);
    case command::get_coordinate:
      return decode_as<std::optional<coordinate>>(decode_coordinate, body, into);
    case command::stream:
      return decode_as<serf::event>(decode_event, body, into);
    case command::query:
      return decode_as<query_record>(decode_query_record, body, into);
    case command::monitor: {
      logged line;
      auto wrong = decode_log(body, line.line);
      into = std::move(line);
      return wrong;
    }
    default:
      return decode_as<key_report>(decode_keys, body, into);
  }
}

// The conversation as far as it has come.
class conversation {
 public:
  explicit conversation(const captured& session) : session_(session) {
    if (session.begins_with_record) live_.insert(1);
  }

  void take(std::string_view piece) {
    while (!piece.empty()) {
      const reader::space space = reader_.prepare();
      const std::size_t size = std::min(space.size, piece.size());
      std::memcpy(space.data, piece.data(), size);
      reader_.commit(size);
      piece.remove_prefix(size);
      while (step()) {
      }
    }
  }

  transcript finish() {
    result_.ends_inside_record = inside_;
    if (reader_.pending() > 0) result_.problem = "bytes are left over";
    return std::move(result_);
  }

 private:
  bool step() {
    if (!result_.problem.empty()) return false;
    if (inside_) return take_body();
    header head;
    const auto status = reader_.next_header(head);
    if (status == reader::status::violation) result_.problem = reader_.flaw();
    if (status != reader::status::ready) return false;
    const auto sent = session_.commands.find(head.seq);
    if (sent == session_.commands.end()) {
      result_.problem = "a Seq that no command had: " + std::to_string(head.seq);
      return false;
    }
    which_ = sent->second;
    result_.messages.push_back({head.seq, std::string(head.error), {}});
    inside_ = live_.count(head.seq) > 0 || body_follows(which_, head.error);
    if (has_records(which_) && head.error.empty()) live_.insert(head.seq);
    return true;
  }

  bool take_body() {
    std::string_view body;
    const auto status = reader_.next_body(body);
    if (status == reader::status::violation) result_.problem = reader_.flaw();
    if (status != reader::status::ready) return false;
    inside_ = false;
    if (auto wrong = decode_body(which_, body, result_.messages.back().body)) {
      result_.problem = *wrong;
    }
    return true;
  }

  const captured& session_;
  reader reader_;
  std::set<std::uint64_t> live_;  // acknowledged, so that records follow
  bool inside_ = false;           // between a header and its body
  command which_ = command::handshake;
  transcript result_;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const logged& value) { return out << value.line; }

member node(std::string name, std::string address, tag_map tags, member_status status) {
  member made;
  made.name = std::move(name);
  made.address = std::move(address);
  made.port = 27946;
  made.tags = std::move(tags);
  made.status = status;
  made.protocol_min = 1, made.protocol_max = 5, made.protocol_cur = 2;
  made.delegate_min = 2, made.delegate_max = 5, made.delegate_cur = 5;
  return made;
}

std::vector<captured> all_captured() {
  std::vector<captured> all;
  for (const auto part : {captured_members, captured_keys, captured_replies, captured_refusals,
                          captured_streams, captured_logs}) {
    for (captured& each : part()) all.push_back(std::move(each));
  }
  return all;
}

std::string load_capture(const std::string& file) {
  std::ifstream in(std::string(SERF_TEST_CAPTURES_DIR "/") + file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> list_captures() {
  std::vector<std::string> files;
  for (const auto& each : std::filesystem::directory_iterator(SERF_TEST_CAPTURES_DIR)) {
    if (each.path().extension() == ".bin") files.push_back(each.path().filename().string());
  }
  return files;
}

transcript read_pieces(const captured& session, const std::vector<std::string_view>& pieces) {
  conversation talk(session);
  for (const std::string_view each : pieces) talk.take(each);
  return talk.finish();
}

}  // namespace test
}  // namespace serf::protocol
