#pragma once

// Payloads in msgpack, for applications that have msgpack-c for C++ (4.1 or newer): the only header
// of this library that includes it. It needs exceptions, as msgpack-c does; not Boost.

#include <msgpack.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <serf/codec.hpp>
#include <serf/error.hpp>
#include <serf/result.hpp>

namespace serf {

class msgpack_options {
 public:
  // Bytes (std::vector<char>, std::vector<unsigned char>) are sent as str, in forms that also those
  // understand who know no bin: Python's use_bin_type=False. Default: as bin. Read are both.
  msgpack_options& bytes_as_str(bool value = true) { return bytes_as_str_ = value, *this; }
  bool bytes_as_str() const noexcept { return bytes_as_str_; }

  // How deep arrays and maps may be nested, both ways. Default: 32.
  msgpack_options& max_depth(std::size_t value) { return max_depth_ = value, *this; }
  std::size_t max_depth() const noexcept { return max_depth_; }

 private:
  std::size_t max_depth_ = 32;
  bool bytes_as_str_ = false;
};

namespace coding {

// What msgpack-c writes to.
struct msgpack_text {
  std::string text;
  void write(const char* bytes, std::size_t size) {
    if (size > 0) text.append(bytes, size);  // of an empty str, `bytes` may be null
  }
};

// Steps over a value without keeping anything, and says what is wrong with it: so that nothing is
// allocated for what a length only promises.
class msgpack_check : public msgpack::null_visitor {
 public:
  explicit msgpack_check(std::size_t max_depth) : max_depth_(max_depth) {}

  // "" if `bytes` are one whole value.
  std::string of(std::string_view bytes) { return of(bytes, *this); }

  bool start_array(std::uint32_t) { return enter(); }
  bool start_map(std::uint32_t) { return enter(); }
  bool end_array() { return leave(); }
  bool end_map() { return leave(); }
  void parse_error(std::size_t, std::size_t at) {
    why_ = "byte " + std::to_string(at) + " starts no value of msgpack";
  }
  void insufficient_bytes(std::size_t, std::size_t at) {
    why_ = "truncated: it ends within the value at byte " + std::to_string(at);
  }

 protected:
  template <class Visitor>
  std::string of(std::string_view bytes, Visitor& visitor) {
    std::size_t end = 0;
    const bool whole = msgpack::parse(bytes.data(), bytes.size(), end, visitor);
    if (!whole) return why_.empty() ? "no value of msgpack" : why_;
    if (end == bytes.size()) return {};
    return "its value ends at byte " + std::to_string(end) + " of " + std::to_string(bytes.size());
  }

 private:
  bool enter() {
    if (depth_ < max_depth_) return ++depth_, true;
    why_ = "arrays and maps nested deeper than " + std::to_string(max_depth_);
    return false;
  }
  bool leave() { return --depth_, true; }

  std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::string why_;
};

// The same, and writes the value anew without bin and str8.
class msgpack_without_bin : public msgpack_check {
 public:
  using msgpack_check::msgpack_check;

  std::string of(std::string_view bytes) { return msgpack_check::of(bytes, *this); }
  std::string take() { return std::move(out_.text); }

  bool visit_nil() { return to_.pack_nil(), true; }
  bool visit_boolean(bool v) { return v ? to_.pack_true() : to_.pack_false(), true; }
  bool visit_positive_integer(std::uint64_t v) { return to_.pack_uint64(v), true; }
  bool visit_negative_integer(std::int64_t v) { return to_.pack_int64(v), true; }
  bool visit_float32(float v) { return to_.pack_float(v), true; }
  bool visit_float64(double v) { return to_.pack_double(v), true; }
  bool visit_str(const char* v, std::uint32_t size) {
    const auto head = [&](std::uint32_t lead, int bytes) {
      out_.text += static_cast<char>(lead);
      while (bytes-- > 0) out_.text += static_cast<char>(size >> (8 * bytes) & 0xffU);
    };
    if (size < 32) {
      head(0xa0U | size, 0);
    } else if (size <= std::numeric_limits<std::uint16_t>::max()) {
      head(0xda, 2);
    } else {
      head(0xdb, 4);
    }
    return out_.write(v, size), true;
  }
  bool visit_bin(const char* v, std::uint32_t size) { return visit_str(v, size); }
  bool visit_ext(const char* v, std::uint32_t size) {  // the type, then the bytes
    return to_.pack_ext(size - 1, static_cast<std::int8_t>(*v)).pack_ext_body(v + 1, size - 1),
           true;
  }
  bool start_array(std::uint32_t size) {
    return to_.pack_array(size), msgpack_check::start_array(size);
  }
  bool start_map(std::uint32_t size) { return to_.pack_map(size), msgpack_check::start_map(size); }

 private:
  msgpack_text out_;
  msgpack::packer<msgpack_text> to_{out_};
};

inline const char* kind_of(const msgpack::object& value) noexcept {
  switch (value.type) {
    case msgpack::type::NIL:
      return "nil";
    case msgpack::type::BOOLEAN:
      return "a boolean";
    case msgpack::type::POSITIVE_INTEGER:
    case msgpack::type::NEGATIVE_INTEGER:
      return "an integer";
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64:
      return "a floating point number";
    case msgpack::type::STR:
      return "a str";
    case msgpack::type::BIN:
      return "a bin";
    case msgpack::type::ARRAY:
      return "an array";
    case msgpack::type::MAP:
      return "a map";
    default:
      return "an ext";
  }
}

template <class T>
result<T> convert(const msgpack::object& value) {
  static_assert(std::is_default_constructible_v<T>, "msgpack-c fills in a T that is there already");
  try {
    T converted{};
    value.convert(converted);
    return result<T>(std::move(converted));
  } catch (const msgpack::type_error&) {
    return failure(errc::payload_malformed, std::string("another type than asked for: ") +
                                                kind_of(value) + " that does not convert");
  } catch (...) {
    return failure(errc::payload_malformed, current_exception_text());
  }
}

}  // namespace coding

// A value of msgpack of any type, for payloads of which no more is known: msgpack-c's own object,
// and the memory that it is in. Copies share it; it does not change.
//
//   if (event.value) std::cout << event.value->get() << '\n';  // not fit for a terminal
//   if (auto number = event.value->as<int>()) ...
class msgpack_value {
 public:
  msgpack_value() = default;  // nil
  // Of whatever msgpack-c can pack.
  template <class T, class = std::enable_if_t<!std::is_same_v<T, msgpack_value>>>
  explicit msgpack_value(const T& value) {
    coding::msgpack_text packed;
    msgpack::pack(packed, value);
    unpack(packed.text);
  }
  // Of bytes that are known to be one whole value.
  static msgpack_value unpacked(std::string_view bytes) {
    msgpack_value made;
    made.unpack(bytes);
    return made;
  }

  const msgpack::object& get() const noexcept {
    static const msgpack::object nil;
    return handle_ ? handle_->get() : nil;
  }
  template <class T>
  result<T> as() const {
    return coding::convert<T>(get());
  }

  // Packed, they are the same bytes.
  friend bool operator==(const msgpack_value& a, const msgpack_value& b) {
    coding::msgpack_text left, right;
    msgpack::pack(left, a.get());
    msgpack::pack(right, b.get());
    return left.text == right.text;
  }
  friend bool operator!=(const msgpack_value& a, const msgpack_value& b) { return !(a == b); }

 private:
  void unpack(std::string_view bytes) {
    handle_ =
        std::make_shared<const msgpack::object_handle>(msgpack::unpack(bytes.data(), bytes.size()));
  }

  std::shared_ptr<const msgpack::object_handle> handle_;
};

// For any T that msgpack-c can pack, and convert to: numbers, std::string, containers, tuples, what
// has MSGPACK_DEFINE_MAP. It owns what it holds: no std::string_view, no msgpack::object, neither
// in a container. Text is sent as str, unchecked; str and bin are both read into std::string and
// vectors of bytes. What else is msgpack-c's to say: a double without a fraction is sent as an
// integer; keys that MSGPACK_DEFINE_MAP has and the payload has not, and elements that a tuple has
// too many, keep their default.
//
// What is not one whole value, is nested too deep, or does not convert, is a failure that names the
// byte, counted from 0, or the type; no length in a payload is believed before its bytes are seen.
template <class T = msgpack_value>
class msgpack_codec {
  static_assert(!std::is_same_v<T, msgpack::object> && !std::is_same_v<T, std::string_view>,
                "refers to memory that is gone by then: msgpack_value, std::string");

 public:
  using value_type = T;

  explicit msgpack_codec(msgpack_options how = {}) : how_(how) {}
  const msgpack_options& options() const noexcept { return how_; }

  result<std::string> encode(const T& value) const {
    try {
      coding::msgpack_text packed;
      msgpack::pack(packed, value);
      if (how_.bytes_as_str()) return checked<coding::msgpack_without_bin>(packed.text);
      return checked<coding::msgpack_check>(packed.text);
    } catch (...) {
      return failure(errc::invalid_argument, coding::current_exception_text());
    }
  }

  result<T> decode(std::string_view payload) const {
    try {
      const std::string why = coding::msgpack_check(how_.max_depth()).of(payload);
      if (!why.empty()) return failure(errc::payload_malformed, why);
      auto value = msgpack_value::unpacked(payload);
      if constexpr (std::is_same_v<T, msgpack_value>) {
        return value;
      } else {
        return value.template as<T>();
      }
    } catch (...) {
      return failure(errc::payload_malformed, coding::current_exception_text());
    }
  }

 private:
  template <class Check>
  result<std::string> checked(std::string& packed) const {
    Check check(how_.max_depth());
    const std::string why = check.of(packed);
    if (!why.empty()) return failure(errc::invalid_argument, why);
    if constexpr (std::is_same_v<Check, coding::msgpack_without_bin>) return check.take();
    return std::move(packed);
  }

  msgpack_options how_;
};

}  // namespace serf

// A msgpack_value may stand wherever msgpack-c takes a value: in containers, in MSGPACK_DEFINE_MAP.
namespace msgpack {
MSGPACK_API_VERSION_NAMESPACE(MSGPACK_DEFAULT_API_NS) {
  namespace adaptor {
  template <>
  struct pack<serf::msgpack_value> {
    template <class Stream>
    packer<Stream>& operator()(packer<Stream>& to, const serf::msgpack_value& value) const {
      return to.pack(value.get());
    }
  };
  template <>
  struct convert<serf::msgpack_value> {
    const msgpack::object& operator()(const msgpack::object& from, serf::msgpack_value& to) const {
      to = serf::msgpack_value(from);
      return from;
    }
  };
  }  // namespace adaptor
}
}  // namespace msgpack
