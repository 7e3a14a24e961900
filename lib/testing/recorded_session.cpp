#include "testing/recorded_session.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace serf::testing {
namespace {

using std::chrono::microseconds;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The next word of a line, which is cut off with the blank behind it.
std::string_view take_word(std::string_view& line) {
  const auto end = line.find(' ');
  const auto word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  if (text.empty() || text.size() > 18) return std::nullopt;
  for (const char each : text) {
    if (!is_digit(each)) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(each - '0');
  }
  return value;
}

std::optional<microseconds> time_in(std::string_view text) {
  const auto point = text.find('.');
  if (point == std::string_view::npos || text.size() - point != 7 || point > 11) return {};
  const auto seconds = number_in(text.substr(0, point));
  const auto fraction = number_in(text.substr(point + 1));
  if (!seconds || !fraction) return std::nullopt;
  return microseconds(*seconds * 1000000 + *fraction);
}

int digit_in(char c) {
  if (is_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

class recording_reader {
 public:
  recording_reader(const std::string& file, bool cut_short) : cut_short_(cut_short) {
    session_.file = file;
  }

  recorded_session read(std::string_view text) {
    while (!text.empty()) {
      ++line_;
      const auto end = text.find('\n');
      const bool is_cut = end == std::string_view::npos;
      if (is_cut && cut_short_ && line_ > 1) break;
      if (is_cut) fail("the recording is cut short: this line is not complete");
      read_line(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    if (line_ == 0) fail("the file is empty");
    if (!ended_ && !cut_short_) {
      fail("the recording is cut short: its end is missing (replay_options::cut_short)");
    }
    std::sort(session_.connections.begin(), session_.connections.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    return std::move(session_);
  }

 private:
  // A connection, and when it moved last.
  struct followed {
    std::size_t index = 0;
    microseconds moved{};
  };

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(session_.file + ":" + std::to_string(line_) + ": " + what);
  }

  void read_line(std::string_view line) {
    if (line_ == 1) return read_version(line);
    if (line.empty() || line.front() == '#') return;
    if (ended_) fail("there is something behind the end");
    const auto time = time_in(take_word(line));
    if (!time) fail("it does not begin with a time in seconds, with six decimals");
    if (*time < time_) fail("it happened before what stands above it");
    time_ = *time;
    if (line == "end") {
      ended_ = true;
      return;
    }
    const auto number = number_in(take_word(line));
    if (!number) fail("the number of the connection is missing");
    read_happening(*number, take_word(line), line);
  }

  void read_version(std::string_view line) {
    if (take_word(line) != "serf-session") fail("this is no recording of a session with an agent");
    if (line != "1") fail("recorded in format " + std::string(line) + ", and only 1 is known here");
  }

  void read_happening(std::uint64_t number, std::string_view what, std::string_view rest) {
    if (what == "unreachable") return;
    if (what == "open") return open(number);
    const auto at = open_.find(number);
    if (at == open_.end()) fail("connection " + std::to_string(number) + " is not open");
    followed& it = at->second;
    recorded_connection& connection = session_.connections[it.index];
    const auto gap = time_ - std::exchange(it.moved, time_);
    if (what == ">") {
      connection.lines.push_back({connection.sent.size(), line_});
      read_bytes(rest, connection.sent, &connection.keys);
    } else if (what == "<") {
      recorded_piece piece{{}, connection.sent.size(), gap};
      read_bytes(rest, piece.bytes, nullptr);
      connection.pieces.push_back(std::move(piece));
    } else if (what == "lost" || (what == "close" && (rest == "agent" || rest == "client"))) {
      using ending = recorded_connection::ending;
      connection.end = what == "lost"    ? ending::lost
                       : rest == "agent" ? ending::by_agent
                                         : ending::by_client;
      connection.end_after = connection.sent.size();
      connection.end_gap = gap;
      open_.erase(at);
    } else {
      fail("\"" + std::string(what) + " " + std::string(rest.substr(0, 40)) +
           "\" is nothing that happens to a connection");
    }
  }

  void open(std::uint64_t number) {
    if (!numbers_.insert(number).second) {
      fail("connection " + std::to_string(number) + " was opened before");
    }
    open_[number] = {session_.connections.size(), time_};
    session_.connections.emplace_back().number = number;
  }

  void read_bytes(std::string_view text, std::string& into, std::vector<recorded_key>* keys) {
    if (text.empty()) fail("there are no bytes");
    recorded_key key;
    bool in_key = false;
    while (!text.empty()) {
      const char first = text.front();
      const char second = text.size() > 1 ? text[1] : '\0';
      std::size_t size = 2;
      if (first != '\\') {
        if (first < 0x20 || first > 0x7e) fail("a byte that is not printable ASCII");
        into += first;
        size = 1;
      } else if (second == '\\') {
        into += '\\';
      } else if (second == 'x' && text.size() >= 4 && digit_in(text[2]) >= 0 &&
                 digit_in(text[3]) >= 0) {
        into += static_cast<char>(digit_in(text[2]) * 16 + digit_in(text[3]));
        size = 4;
      } else if (second == '{' && !in_key) {
        key.at = into.size();
        in_key = true;
      } else if (second == '}' && in_key) {
        key.size = into.size() - key.at;
        if (keys) keys->push_back(key);
        in_key = false;
      } else {
        fail("\"" + std::string(text.substr(0, 4)) + "\" stands for no byte");
      }
      text.remove_prefix(size);
    }
    if (in_key) fail("a redacted key without its end");
  }

  const bool cut_short_;
  recorded_session session_;
  std::size_t line_ = 0;
  microseconds time_{};
  bool ended_ = false;
  std::set<std::uint64_t> numbers_;  // of all connections
  std::map<std::uint64_t, followed> open_;
};

}  // namespace

recorded_session read_recorded_session(const std::string& file, bool cut_short) {
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad()) {
    throw std::runtime_error(file + ": cannot be read: " + std::generic_category().message(errno));
  }
  return recording_reader(file, cut_short).read(text);
}

}  // namespace serf::testing
