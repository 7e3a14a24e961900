#include "testing/replay_comparison.hpp"

#include <algorithm>
#include <sstream>

#include <serf/testing/fake_encoding.hpp>

namespace serf::testing {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// The size of the head of a text or payload that begins with this byte; 0: of neither.
std::size_t head_size(unsigned first) {
  if (first >= 0xa0 && first <= 0xbf) return 1;
  if (first >= 0xd9 && first <= 0xdb) return 1 + (std::size_t{1} << (first - 0xd9));
  if (first >= 0xc4 && first <= 0xc6) return 1 + (std::size_t{1} << (first - 0xc4));
  return 0;
}

std::size_t announced_by(std::string_view head) {
  if (head.size() == 1) return byte_at(head, 0) & 0x1f;
  std::size_t size = 0;
  for (std::size_t i = 1; i < head.size(); ++i) size = size << 8 | byte_at(head, i);
  return size;
}

// Of what stands directly before a key and tells its length; 0: the key is but a part of a text.
std::size_t head_before(std::string_view bytes, const recorded_key& key) {
  for (const std::size_t size : {1U, 2U, 3U, 5U}) {
    if (size > key.at) break;
    const auto head = bytes.substr(key.at - size, size);
    if (head_size(byte_at(head, 0)) == size && announced_by(head) == key.size) return size;
  }
  return 0;
}

fake_value without_key(const fake_value& value) {
  if (!value.is_map()) return value;
  fake_map shown = value.map();
  for (auto& [name, content] : shown) {
    if (name.text() == "AuthKey" || name.text() == "Key") content = "(redacted)";
  }
  return shown;
}

// "event, Seq 3: {...}", of as much as can be decoded.
std::string decoded(std::string_view bytes) {
  std::ostringstream out;
  bool first = true;
  while (!bytes.empty()) {
    const auto next = decode(bytes);
    if (next.state != fake_decoding::complete) {
      out << (first ? "" : " ") << "and " << bytes.size() << " bytes of what is "
          << (next.state == fake_decoding::malformed ? "no msgpack" : "not complete");
      break;
    }
    bytes.remove_prefix(next.size);
    if (next.value.has("Command")) {
      if (!first) break;  // of the next request
      out << next.value["Command"].text() << ", Seq " << next.value["Seq"];
    } else {
      out << (first ? "" : ": ") << without_key(next.value);
    }
    first = false;
  }
  return first && out.str().empty() ? "nothing" : out.str();
}

}  // namespace

replay_comparison::replay_comparison(const recorded_connection& recorded) : recorded_(recorded) {
  for (const auto& each : recorded.keys) keys_.push_back({each, head_before(recorded.sent, each)});
  find_requests();
}

void replay_comparison::find_requests() {
  std::string_view rest = recorded_.sent;
  while (!rest.empty()) {
    const auto next = decode(rest);
    if (next.state != fake_decoding::complete) break;
    const std::size_t at = recorded_.sent.size() - rest.size();
    rest.remove_prefix(next.size);
    if (next.value.has("Command")) {
      std::ostringstream name;
      name << next.value["Command"].text() << ", Seq " << next.value["Seq"];
      requests_.push_back({at, 0, name.str()});
    }
    if (!requests_.empty()) requests_.back().end = at + next.size;
  }
}

const replay_comparison::request* replay_comparison::current() const {
  return current_ < requests_.size() ? &requests_[current_] : nullptr;
}

bool replay_comparison::begins_request() {
  while (current_ < requests_.size() && position_ >= requests_[current_].end) ++current_;
  return current_ < requests_.size() && position_ == requests_[current_].at;
}

std::size_t replay_comparison::line_at(std::size_t position) const {
  std::size_t line = 0;
  for (const auto& each : recorded_.lines) {
    if (each.at <= position) line = each.line;
  }
  return line;
}

bool replay_comparison::take(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (is_complete() || (begins_request() && key_head_.empty())) since_request_.clear();
    if (!take_byte(bytes[i])) {
      since_request_ += bytes.substr(i);
      return false;
    }
    since_request_ += bytes[i];
  }
  begins_request();  // for awaited()
  return true;
}

// A key in a field of its own may have any length; within a text, the one it had.
bool replay_comparison::take_byte(char byte) {
  if (key_left_ > 0) {
    if (--key_left_ == 0) end_key();
    return true;
  }
  if (is_complete()) return false;
  if (next_key_ < keys_.size()) {
    const auto& [place, head] = keys_[next_key_];
    if (head > 0 && position_ >= place.at - head) {
      key_head_ += byte;
      const auto size = head_size(byte_at(key_head_, 0));
      if (size == 0) return false;
      if (key_head_.size() < size) return true;
      key_left_ = announced_by(key_head_);
      key_head_.clear();
      if (key_left_ == 0) end_key();
      return true;
    }
    if (head == 0 && position_ >= place.at) {
      if (++position_ == place.at + place.size) end_key();
      return true;
    }
  }
  if (recorded_.sent[position_] != byte) return false;
  ++position_;
  return true;
}

void replay_comparison::end_key() {
  position_ = keys_[next_key_].place.at + keys_[next_key_].place.size;
  ++next_key_;
}

std::string replay_comparison::awaited() const {
  const auto* const within = current();
  if (within == nullptr) return "what is no request";
  return "request " + std::to_string(current_ + 1) + " (" + within->name + ")";
}

std::string replay_comparison::difference(const std::string& file) const {
  if (is_complete()) {
    return "the client sent more than was recorded: " + decoded(since_request_);
  }
  const auto* const within = current();
  const std::size_t begin = within != nullptr ? within->at : position_;
  const std::size_t end = within != nullptr ? within->end : recorded_.sent.size();
  const std::string_view recorded = recorded_.sent;
  return awaited() + " differs from what was recorded, at its byte " +
         std::to_string(position_ - begin) + " (" + file + ":" +
         std::to_string(line_at(position_)) +
         ")\n  recorded: " + decoded(recorded.substr(begin, end - begin)) +
         "\n  sent:     " + decoded(since_request_);
}

}  // namespace serf::testing
