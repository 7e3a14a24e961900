#include "protocol/shape_visitor.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <msgpack.hpp>
#include <utility>
#include <vector>

#include "protocol/scalar.hpp"
#include "vocabulary/printable.hpp"

namespace serf::protocol {
namespace {

using kind = enum shape::kind;

const char* description(enum shape::kind of) {
  switch (of) {
    case kind::anything:
      return "anything";
    case kind::view:
    case kind::text:
    case kind::status:
      return "text";
    case kind::address:
      return "bytes";
    case kind::flag:
      return "a boolean";
    case kind::port:
    case kind::integer:
    case kind::unsigned_integer:
      return "an integer";
    case kind::real:
      return "a number";
    case kind::list:
      return "an array";
    case kind::record:
    case kind::dictionary:
    case kind::tags:
      return "a map";
  }
  return "";
}

// What msgpack::parse calls. Returning false ends the parse.
class shape_visitor {
 public:
  shape_visitor(std::size_t body_size, const shape& root, void* target,
                const std::atomic<bool>* given_up)
      : body_size_(body_size), given_up_(given_up), is_(&root), target_(target) {}

  const std::string& flaw() const noexcept { return flaw_; }

  bool visit_str(const char* data, std::uint32_t size) {
    if (in_key_ && skipped_ == 0) return key({data, size});
    return scalar("text", [this, data, size] { return store_text(*is_, target_, {data, size}); });
  }
  bool visit_bin(const char* data, std::uint32_t size) { return visit_str(data, size); }

  bool visit_nil() {
    if (skipped_ > 0) return true;
    if (in_key_) return key({});
    if (is_->kind == kind::record) return start_map(0) && end_map();
    if (is_->kind != kind::anything) is_->clear(target_);
    return true;
  }

  bool visit_boolean(bool value) {
    return scalar("a boolean", [&] { return store_flag(*is_, target_, value); });
  }
  bool visit_positive_integer(std::uint64_t value) {
    return scalar(
        "a number", [&] { return store_number(*is_, target_, value); }, value);
  }
  // Of a signed form, that is: msgpack-c calls it for positive values as well.
  bool visit_negative_integer(std::int64_t value) {
    if (value >= 0) return visit_positive_integer(static_cast<std::uint64_t>(value));
    return scalar(
        "a number", [&] { return store_negative(*is_, target_, value); }, value);
  }
  bool visit_float32(float value) { return visit_float64(static_cast<double>(value)); }
  bool visit_float64(double value) {
    return scalar("a fraction", [&] { return store_real(*is_, target_, value); });
  }
  bool visit_ext(const char* /*data*/, std::uint32_t /*size*/) {
    return scalar("an extension",
                  [&] { return is_->kind == kind::anything ? fit::stored : fit::wrong_kind; });
  }

  bool start_array(std::uint32_t size) {
    if (unwanted()) return skip("an array");
    if (is_->kind != kind::list) return wrong("an array", description(is_->kind));
    is_->clear(target_);
    is_->reserve(target_, worth_reserving(size));
    return open();
  }
  bool start_array_item() {
    if (skipped_ > 0) return true;
    if (given_up()) return false;
    is_ = top().is->element;
    target_ = top().is->append(top().target);
    return true;
  }
  bool end_array_item() { return true; }
  bool end_array() {
    if (skipped_ > 0) return --skipped_, true;
    --open_;
    return true;
  }

  bool start_map(std::uint32_t size) {
    if (unwanted()) return skip("a map");
    switch (is_->kind) {
      case kind::tags:
        tags_.clear();
        tags_.reserve(worth_reserving(size));
        break;
      case kind::dictionary:
        is_->clear(target_);
        break;
      case kind::record:  // new, unless an equal key stood before this one
        if (open_ > 0 && top().is->kind != kind::list) is_->clear(target_);
        break;
      default:
        return wrong("a map", description(is_->kind));
    }
    return open();
  }
  bool start_map_key() {
    if (skipped_ == 0) in_key_ = true;
    return true;
  }
  bool end_map_key() {
    if (skipped_ == 0) in_key_ = false;
    return true;
  }
  bool start_map_value() { return true; }
  bool end_map_value() { return true; }
  bool end_map() {
    if (skipped_ > 0) return --skipped_, true;
    const container& closed = frames_[--open_];
    if ((closed.is->required & ~closed.seen) != 0) return lacks(closed);
    if (closed.is->kind == kind::tags) {
      *static_cast<tag_map*>(closed.target) = tag_map(std::exchange(tags_, {}));
    }
    return true;
  }

  void parse_error(std::size_t /*parsed*/, std::size_t /*at*/) {}
  void insufficient_bytes(std::size_t /*parsed*/, std::size_t /*at*/) {}

 private:
  struct container {
    const shape* is;
    void* target;
    std::string_view name;
    std::uint32_t seen;   // fields of a record, one bit each
    std::uint32_t guess;  // the field that comes next if the keys are in the table's order
  };

  container& top() { return frames_[open_ - 1]; }

  template <class Store, class Number = int>
  bool scalar(const char* what, Store store, Number number = {}) {
    if (skipped_ > 0) return true;
    if (in_key_) return odd_key(what);
    switch (store()) {
      case fit::stored:
        return true;
      case fit::wrong_kind:
        return wrong(what, description(is_->kind));
      case fit::out_of_range:
        flaw_ = place() + " is " + std::to_string(number) + ", which is out of range";
    }
    return false;
  }

  bool key(std::string_view key) {
    container& in = top();
    name_ = key;
    is_ = in.is->element;
    if (in.is->kind == kind::record) return find_field(in, key), true;
    if (given_up()) return false;
    target_ = in.is->kind == kind::tags
                  ? &tags_.emplace_back(std::string(key), std::string()).second
                  : in.is->insert(in.target, key);
    return true;
  }

  // Asked once for each of those of which there may be millions.
  bool given_up() {
    if (given_up_ == nullptr || !given_up_->load(std::memory_order_relaxed)) return false;
    flaw_ = "given up before the end";
    return true;
  }

  void find_field(container& in, std::string_view key) {
    const std::uint32_t count = in.is->field_count;
    const auto after = [count](std::uint32_t at) { return at + 1 < count ? at + 1 : 0; };
    std::uint32_t at = in.guess;
    for (std::uint32_t tries = count; tries > 0; --tries, at = after(at)) {
      const field& each = in.is->fields[at];
      if (each.key != key) continue;
      in.guess = after(at);
      in.seen |= 1U << at;
      is_ = each.is;
      target_ = each.in(in.target);
      return;
    }
    is_ = &anything;
  }

  // A key that is no text: unknown where keys are known.
  bool odd_key(const char* what) {
    if (top().is->kind != kind::record) return wrong(what, "text");
    is_ = &anything;
    return true;
  }

  // Whether nothing is wanted of a container that begins here.
  bool unwanted() const { return skipped_ > 0 || in_key_ || is_->kind == kind::anything; }

  bool skip(const char* what) {
    if (skipped_ == 0 && in_key_ && !odd_key(what)) return false;
    ++skipped_;
    return true;
  }

  bool open() {
    assert(open_ < frames_.size());  // as deep as the shapes are, whatever the body is
    frames_[open_] = {is_, target_, name_, 0, 0};
    ++open_;
    return true;
  }

  // Memory is reserved for no more than the bytes that are there account for.
  std::size_t worth_reserving(std::uint32_t size) const {
    constexpr std::size_t least_bytes = 16;
    return std::min<std::size_t>(size, body_size_ / least_bytes);
  }

  bool lacks(const container& record) {
    std::uint32_t first = 0;
    while ((record.is->required & ~record.seen & 1U << first) == 0) ++first;
    flaw_ = std::string(record.is->fields[first].key) + " is missing";
    return false;
  }

  // A field bears a name of ours, an entry one of the agent's, of any length.
  std::string container_name() {
    if (open_ == 1) return "the body";
    const bool is_entry = frames_[open_ - 2].is->kind == kind::dictionary;
    return is_entry ? in_quotes(top().name) : std::string(top().name);
  }

  std::string place() {
    if (open_ == 0) return "the body";
    const std::string in = container_name();
    if (in_key_) return "a key of " + in;
    switch (top().is->kind) {
      case kind::list:
        return "an element of " + in;
      case kind::record:
        return std::string(name_);
      default:
        return in_quotes(name_) + " in " + in;
    }
  }

  bool wrong(const char* is, const char* wanted) {
    flaw_ = place() + " is " + is + ", not " + wanted;
    return false;
  }

  const std::size_t body_size_;
  const std::atomic<bool>* const given_up_;
  const shape* is_;        // of the next value
  void* target_;           // where it goes
  std::string_view name_;  // the last key
  bool in_key_ = false;
  std::size_t skipped_ = 0;  // open containers of a value that nothing is wanted of
  std::size_t open_ = 0;
  std::array<container, 6> frames_;
  std::vector<tag_map::value_type> tags_;  // of the one that is open
  std::string flaw_;
};

}  // namespace

std::optional<std::string> read_shape(std::string_view body, const char* what, const shape& is,
                                      void* target, const std::atomic<bool>* given_up) {
  shape_visitor visitor(body.size(), is, target, given_up);
  std::size_t offset = 0;
  const bool parsed = msgpack::parse(body.data(), body.size(), offset, visitor);
  if (!visitor.flaw().empty()) return what + (": " + visitor.flaw());
  if (!parsed || offset != body.size()) return what + std::string(": not one whole msgpack value");
  return std::nullopt;
}

}  // namespace serf::protocol
