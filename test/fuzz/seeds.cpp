// Writes what the fuzzers begin with, a folder for each target: what agents really sent
// (test/captures), and a few inputs of a form that chance would take long to find.
//
//   fuzz_seeds CAPTURES FOLDER
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/unpacked.hpp"
#include "unit/protocol/wire.hpp"

namespace serf::fuzz {
namespace {

namespace fs = std::filesystem;
namespace wire = protocol::test::wire;

// A header that an agent sent, and the body behind it, if there was one.
struct message {
  std::string header, body;
  std::uint64_t seq;
  std::string error;
};

std::vector<message> messages_of(std::string_view bytes) {
  std::vector<message> all;
  while (const auto length = length_of_value(bytes)) {
    const std::string value(bytes.substr(0, *length));
    const unpacked read(value);
    if (read.at("Seq").type != msgpack::type::NIL) {
      const std::string error = unpacked::text(read.at("Error"));
      all.push_back({value, "", unpacked::number(read.at("Seq")), error});
    } else if (!all.empty()) {
      all.back().body = value;
    }
    bytes.remove_prefix(*length);
  }
  return all;
}

std::string bytes_of(std::initializer_list<int> values) {
  std::string bytes;
  for (const int each : values) bytes += static_cast<char>(each);
  return bytes;
}

std::string with_length(std::string_view bytes) {
  return wire::big_endian(bytes.size(), 2).append(bytes);
}

class corpus {
 public:
  explicit corpus(fs::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, const std::string& name, const std::string& bytes) {
    fs::create_directories(folder_ / target);
    std::ofstream file(folder_ / target / name, std::ios::binary);
    file << bytes;
    failed_ = failed_ || !file.flush();
  }
  bool failed() const { return failed_; }

 private:
  const fs::path folder_;
  bool failed_ = false;
};

// --- reader: limits, which headers have a body, sizes of the pieces, the bytes

void add_reader(corpus& to, const std::string& name, const std::vector<message>& messages,
                const std::string& bytes) {
  int bodies = 0;
  for (std::size_t i = 0; i < messages.size() && i < 8; ++i) {
    if (!messages[i].body.empty()) bodies |= 1 << i;
  }
  to.add("reader", name, bytes_of({0, bodies, 7}) + bytes);
  to.add("reader", name + ".small-limits", bytes_of({0x9f, bodies, 3}) + bytes);
}

void add_reader_seeds(corpus& to) {
  const std::string start = bytes_of({0, 1, 5}) + wire::header(7);
  to.add("reader", "deep", start + std::string(40, '\x91') + wire::nil());
  to.add("reader", "endless-text", start + wire::lead(0xdb, 0xffffffff, 4));
  to.add("reader", "endless-list", start + wire::array32(0x80000000));
  to.add("reader", "endless-map", start + wire::map32(0xffffffff));
  to.add("reader", "never-used-byte", start + "\xc1");
  to.add("reader", "unusual-header",
         bytes_of({0, 0, 5}) + wire::map16(3) + wire::bin8("Seq") + wire::int64(4) +
             wire::text("More") + wire::array(1) + wire::nil() + wire::str16("Error") +
             wire::str8("Unsupported command"));
  to.add("reader", "web-server", bytes_of({0, 0, 5}) + "HTTP/1.1 400 Bad Request\r\n\r\n");
}

// --- decoders: a body

void add_decoder_seeds(corpus& to) {
  for (const auto* key : {"Members", "Num", "Log", "NumNodes", "Ok", "Event", "Type"}) {
    to.add("decoders", std::string("nil-") + key, wire::map(1) + wire::text(key) + wire::nil());
    to.add("decoders", std::string("twice-") + key,
           wire::map(2) + wire::text(key) + wire::number(1) + wire::bin8(key) + wire::int8(-1));
  }
  to.add("decoders", "odd-keys",
         wire::map(4) + wire::number(3) + wire::nil() + wire::array(2) + wire::map(1) +
             wire::nil() + wire::nil() + wire::flag(true) + wire::number(1) + wire::text("Num") +
             wire::number(2) + wire::lead(0xd4, 5, 1) + "x" + wire::nil());
  to.add("decoders", "log-text",
         "2026/11/25 01:23:42 [INFO] agent.ipc: Accepted client: 1.2.3.4:5");
  to.add("decoders", "long-list", wire::map(1) + wire::text("Members") + wire::array32(0xffffffff));
}

// --- session: settings, linger, turns

void add_session_seeds(corpus& to) {
  const std::string plain = bytes_of({0, 4, 1}), tight = bytes_of({4 | 8 | 16, 2, 60, 1, 0, 0});
  const std::string connect = bytes_of({5, 5}), header = bytes_of({12}), ok = bytes_of({0});
  const auto answer = [&](int seq) { return header + bytes_of({seq}) + ok; };
  const auto body = [&](const std::string& bytes) { return header + with_length(bytes); };
  const std::string members = bytes_of({0, 3, 5, 1, 1}),
                    join = bytes_of({0, 2, 3, 'a', ':', '1', 5, 1, 1});
  const std::string user_stream = bytes_of({3, 0, 5, 3}), monitor = bytes_of({3, 3, 5, 2});
  const std::string query = bytes_of({3, 4, 1, 'q', 5, 3});
  const std::string time = bytes_of({6, 5}), away = bytes_of({7, 0});
  for (const auto& [name, settings] : {std::pair("plain", plain), std::pair("tight", tight)}) {
    const std::string open = settings + connect + answer(0);
    const auto add = [&, of = std::string(name) + '.'](const char* what, const std::string& turns) {
      to.add("session", of + what, open + turns);
    };
    add("members", members + answer(1) + body("m"));
    add("join-refused", join + header + bytes_of({1, 251}) + with_length("no") + body("n"));
    add("stream", user_stream + answer(1) + answer(2) + answer(1) + body("e") + answer(1) +
                      body("e") + away + time + answer(3) + answer(1) + body("late"));
    add("shared-stream", user_stream + user_stream + answer(1) + answer(3) + answer(2) + away +
                             user_stream + bytes_of({7, 1}) + time + time);
    add("stream-refused", user_stream + user_stream + header + bytes_of({1, 130}));
    add("query", query + answer(1) + bytes_of({8, 0, 3}) + answer(1) + body("r") + time);
    add("monitor", monitor + answer(1) + answer(1) + body("l") + away + time);
    add("leave", bytes_of({0, 6, 5, 1, 1, 9, 200, 11, 2}));
    const std::string opened = user_stream + answer(1) + answer(2), cut = bytes_of({11, 2});
    add("lost", opened + members + cut + user_stream + connect + answer(4) + answer(5) + answer(6) +
                    answer(5) + body("e") + away);
    add("lost-twice", opened + query + cut + cut + members + connect + cut + connect + away);
    add("lost-and-refused",
        opened + monitor + cut + connect + answer(4) + header + bytes_of({5, 130}));
    add("late-answer", members + time + answer(1) + body("m"));
    add("answered-twice", members + answer(1) + body("m") + answer(1));
    to.add("session", std::string(name) + ".waiting-in-vain", settings + members + time + connect);
    to.add("session", std::string(name) + ".waiting",
           settings + members + user_stream + user_stream + query + connect + time + answer(0));
  }
  const std::string heartbeat = bytes_of({32, 4, 3, 3, 1});
  to.add("session", "heartbeat",
         heartbeat + connect + answer(0) + members + time + answer(2) + time + time + connect);
  to.add("session", "key",
         bytes_of({1 | 2, 4, 0}) + members + connect + answer(0) + answer(1) + answer(2));
}

// --- client: settings, calls, what is said on further connections and on the first one

struct exchange {
  std::string_view capture;  // how its name begins
  int call;                  // as in calls.cpp
  bool is_first;             // over the first connection
};
constexpr exchange exchanges[] = {
    {"members", 0 * 4 + 0, true},     {"members-filtered", 3 * 4 + 0, false},
    {"stats", 4 * 4 + 0, true},       {"get-coordinate", 5 * 4 + 0, true},
    {"event", 1 * 4 + 1, true},       {"join", 3 * 4 + 1, false},
    {"list-keys", 4 * 4 + 1, false},  {"install-key", 5 * 4 + 1, false},
    {"use-key", 5 * 4 + 1, false},    {"remove-key", 5 * 4 + 1, false},
    {"tags", 6 * 4 + 1, false},       {"force-leave", 7 * 4 + 1, false},
    {"leave", 8 * 4 + 1, false},      {"stream", 2 * 4 + 2, true},
    {"stream", 0 * 4 + 2, true},      {"stream", 1 * 4 + 2, true},
    {"head", 0 * 4 + 2, true},        {"stop", 1 * 4 + 2, true},
    {"monitor", 3 * 4 + 2, false},    {"monitor", 4 * 4 + 2, false},
    {"query", 6 * 4 + 2, true},       {"query", 7 * 4 + 2, true},
    {"query", 8 * 4 + 2, true},       {"stream.query-event", 5 * 4 + 2, true},
    {"auth", 0 * 4 + 0, true},        {"handshake", 0 * 4 + 0, true},
    {"unsupported", 4 * 4 + 0, true},
};

// Of a recorded connection, what came under the Seq that has bodies: not the answer to the
// handshake, nor those to other requests.
std::vector<message> of_one_request(const std::vector<message>& messages) {
  const auto has_body = [](const message& each) { return !each.body.empty(); };
  const auto main = std::find_if(messages.begin(), messages.end(), has_body);
  if (main == messages.end()) return messages;
  std::vector<message> all;
  const auto is_of_it = [&](const message& each) { return each.seq == main->seq; };
  std::copy_if(messages.begin(), messages.end(), std::back_inserter(all), is_of_it);
  return all;
}

// As an answer to the first call on a connection: under its Seq. Behind the acknowledgement of an
// event stream comes the answer to what confirms it.
std::string as_first_answer(const std::vector<message>& messages, bool has_records,
                            bool is_stream) {
  const std::string opened = wire::header(1) + (is_stream ? wire::header(2) : std::string());
  const bool is_acknowledged = messages.empty() || messages.front().body.empty();
  std::string bytes = has_records && !is_acknowledged ? opened : std::string();
  for (const message& each : messages) {
    const bool opens = has_records && each.body.empty() && each.error.empty();
    bytes += opens ? opened : wire::header(1, each.error) + each.body;
    if (bytes.size() > 2000) break;
  }
  return bytes;
}

void add_client(corpus& to, const std::string& name, const std::vector<message>& messages) {
  for (const exchange& each : exchanges) {
    const bool is_it =
        name.compare(0, each.capture.size(), each.capture) == 0 && name[each.capture.size()] == '.';
    if (!is_it) continue;
    const int stream = each.call / 4;  // of calls that have records
    const bool has_records = each.call % 4 == 2, is_event_stream = stream <= 2 || stream == 5;
    const std::string said =
        as_first_answer(of_one_request(messages), has_records, has_records && is_event_stream);
    const std::string others = each.is_first ? std::string() : said;
    const std::string first = each.is_first ? said : std::string();
    const std::string rest = bytes_of({1, each.call}) + with_length(others) + first;
    to.add("client", name + '-' + std::to_string(each.call), bytes_of({0}) + rest);
    to.add("client", name + '-' + std::to_string(each.call) + ".ready", bytes_of({64}) + rest);
    to.add("client", name + '-' + std::to_string(each.call) + ".again",
           bytes_of({64 | 128}) + rest);
  }
}

void add_client_seeds(corpus& to) {
  const std::string none = with_length("");
  to.add("client", "nothing", bytes_of({0, 0}) + none);
  to.add("client", "wrong-key",
         bytes_of({1 | 2, 1, 0}) + none + wire::header(0) +
             wire::header(1, "Invalid authentication token"));
  to.add("client", "web-server",
         bytes_of({1, 2, 0, 1}) + none + "HTTP/1.1 400 Bad Request\r\n\r\n");
  to.add("client", "reset", bytes_of({0x10, 3, 0, 4, 2}) + none + wire::header(1));
  to.add("client", "open", bytes_of({0x20, 5, 0, 4, 2, 10, 26}) + none + wire::header(1));
  to.add("client", "pieces", bytes_of({4, 1, 2, 9}) + none + wire::header(1) + wire::header(2));
  to.add("client", "small",
         bytes_of({8, 6, 0, 0, 0, 0, 0, 0}) + none + wire::header(1) +
             wire::text(std::string(600, 'x')));
}

int write(const fs::path& captures, const fs::path& folder) {
  corpus to(folder);
  std::size_t count = 0;
  for (const auto& each : fs::directory_iterator(captures)) {
    const std::string name = each.path().filename().string();
    if (each.path().extension() != ".bin" || name.find(".request.") != std::string::npos) continue;
    std::ifstream file(each.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto messages = messages_of(bytes);
    add_reader(to, name, messages, bytes);
    add_client(to, name, messages);
    int number = 0;
    for (const message& read : messages) {
      if (!read.body.empty()) to.add("decoders", name + '-' + std::to_string(number++), read.body);
      if (number == 4) break;  // more of a session are more of the same
    }
    ++count;
  }
  add_reader_seeds(to);
  add_decoder_seeds(to);
  add_session_seeds(to);
  add_client_seeds(to);
  std::printf("%zu captures\n", count);
  return count > 0 && !to.failed() ? 0 : 1;
}

}  // namespace
}  // namespace serf::fuzz

int main(int argc, char** argv) { return argc == 3 ? serf::fuzz::write(argv[1], argv[2]) : 2; }
