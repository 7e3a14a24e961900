#include "fake_agent_program/demo_script.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <sstream>
#include <utility>

namespace serf::testing {
namespace {

using std::chrono::nanoseconds;

// Each is one step: no signal is heard while it lasts.
constexpr std::uint32_t most_in_a_burst = 100000;
constexpr std::uint32_t most_noise = 1U << 30U;

// The words of one line, taken one after the other.
class words {
 public:
  explicit words(const std::string& line) : text_(line) {}

  bool more() { return !(text_ >> std::ws).eof(); }

  std::string next(const char* what) {
    std::string word;
    if (!(text_ >> word)) throw std::invalid_argument(std::string("it lacks ") + what);
    return word;
  }

  // All that is left, blanks between words included.
  std::string rest() {
    std::string all;
    text_ >> std::ws;
    std::getline(text_, all);
    return all;
  }

  std::uint32_t number(const char* what, std::uint32_t most) {
    const auto word = next(what);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || value > most) {
      throw std::invalid_argument(std::string("not ") + what + " of at most " +
                                  std::to_string(most) + ": " + word);
    }
    return value;
  }

  nanoseconds time() {
    const auto word = next("a time");
    const auto digits = std::min(word.find_first_not_of("0123456789."), word.size());
    static const std::map<std::string, double> units{
        {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    const auto unit = units.find(word.substr(digits));
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + digits, value);
    const auto length = unit == units.end() ? 0 : value * unit->second;
    constexpr double longest = 1e18;  // 31 years
    if (digits == 0 || unit == units.end() || error != std::errc() || end != word.data() + digits ||
        length > longest) {
      throw std::invalid_argument("not a time such as 500ms, 2s or 1m: " + word);
    }
    return nanoseconds(std::llround(length));
  }

  fake_member::tag_map tags() {
    fake_member::tag_map result;
    while (more()) {
      const auto [key, value] = tag_of(next("a tag"));
      result[key] = value;
    }
    return result;
  }

 private:
  std::istringstream text_;
};

using action = std::function<void(fake_agent&)>;
using steps = std::vector<demo_step>;

action action_of(const std::string& word, words& from) {
  const auto name = [&] { return from.next("a name"); };
  if (word == "join") {
    fake_member member(name());
    member.tags = from.tags();
    return [member](fake_agent& agent) { agent.join(member); };
  }
  if (word == "joinable") {
    auto address = from.next("an address");
    fake_member member(name());
    member.tags = from.tags();
    return [address, member](fake_agent& agent) { agent.join_brings(address, {member}); };
  }
  if (word == "fail") {
    return [node = name()](fake_agent& agent) { agent.fail(node); };
  }
  if (word == "leave") {
    return [node = name()](fake_agent& agent) { agent.leave(node); };
  }
  if (word == "reap") {
    return [node = name()](fake_agent& agent) { agent.reap(node); };
  }
  if (word == "tags") {
    auto node = name();
    return [node, tags = from.tags()](fake_agent& agent) { agent.update_tags(node, tags); };
  }
  if (word == "event") {
    fake_user_event event{name()};
    event.payload = from.rest();
    return [event](fake_agent& agent) { agent.push_user_event(event); };
  }
  if (word == "burst") {
    const auto count = from.number("a number", most_in_a_burst);
    return [count, event = name()](fake_agent& agent) { agent.push_burst(count, event); };
  }
  if (word == "query") {
    auto query = name();
    return [query, payload = from.rest()](fake_agent& agent) {
      agent.push_query(query, payload, nanoseconds(0));  // until agents call it over
    };
  }
  if (word == "answer") {
    auto node = name();
    auto query = from.next("the name of a query");
    return [node, query, payload = from.rest()](fake_agent& agent) {
      agent.answer(node, query, payload);
    };
  }
  if (word == "log") {
    return [line = from.rest()](fake_agent& agent) { agent.push_log(line); };
  }
  if (word == "close") return [](fake_agent& agent) { agent.close_connections(); };
  if (word == "reset") return [](fake_agent& agent) { agent.reset_connections(); };
  if (word == "restart") return [](fake_agent& agent) { agent.restart(); };
  if (word == "noise") {
    const auto bytes = from.number("a number of bytes", most_noise);
    const auto seed = from.number("a seed", std::numeric_limits<std::uint32_t>::max());
    return [bytes, seed](fake_agent& agent) { agent.send_noise(bytes, seed); };
  }
  throw std::invalid_argument("no such word: " + word);
}

// One line may be two steps: what begins and, in its time, what ends.
void add_line(words& from, steps& to) {
  nanoseconds after{0};
  auto word = from.next("a word");
  if (word == "after") {
    after = from.time();
    if (!from.more()) {  // time passes, and that is all
      to.push_back({after, [](fake_agent&) {}});
      return;
    }
    word = from.next("a word");
  }
  if (word == "freeze") {
    to.push_back({after, [](fake_agent& agent) { agent.freeze(); }});
    to.push_back({from.time(), [](fake_agent& agent) { agent.thaw(); }});
  } else if (word == "refuse") {
    to.push_back({after, [](fake_agent& agent) { agent.refuse_connections(); }});
    to.push_back({from.time(), [](fake_agent& agent) { agent.accept_connections(); }});
  } else {
    to.push_back({after, action_of(word, from)});
  }
  if (from.more()) throw std::invalid_argument("too much: " + from.rest());
}

}  // namespace

std::pair<std::string, std::string> tag_of(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw std::invalid_argument("not a tag such as role=web: " + text);
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

demo_script demo_script::read(std::istream& lines) {
  demo_script result;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    words from(line);
    if (!from.more() || line[line.find_first_not_of(" \t")] == '#') continue;
    try {
      if (result.repeats_) throw std::invalid_argument("nothing may follow \"repeat\"");
      if (words(line).next("a word") == "repeat") {
        result.repeats_ = true;
        static_cast<void>(from.next("a word"));
        if (from.more()) throw std::invalid_argument("too much: " + from.rest());
      } else {
        add_line(from, result.steps_);
      }
    } catch (const std::invalid_argument& error) {
      throw bad_script("line " + std::to_string(number) + ": " + error.what());
    }
  }
  if (result.repeats_ && std::all_of(result.steps_.begin(), result.steps_.end(),
                                     [](const auto& step) { return step.after.count() == 0; })) {
    throw bad_script("it repeats, but no time passes in it");
  }
  return result;
}

}  // namespace serf::testing
