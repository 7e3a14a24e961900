#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <serf/export.hpp>
#include <serf/result.hpp>

namespace serf {

// A codec turns values into payloads and back:
//
//   struct my_codec {
//     using value_type = ...;
//     serf::result<std::string> encode(const value_type& value) const;
//     serf::result<value_type> decode(std::string_view payload) const;
//     value_type no_payload() const;  // if an absent or empty payload is a value, too
//   };
//
// Copyable, and called from several threads at once. It fails by a failure, whose message says what
// is wrong and where, or by throwing.
//
// no_codec, utf8_codec, and in <serf/msgpack_codec.hpp> msgpack_codec are three.

// Bytes as they are.
struct SERF_EXPORT no_codec {
  using value_type = std::string;
  result<std::string> encode(const std::string& value) const { return value; }
  result<std::string> decode(std::string_view payload) const { return std::string(payload); }
  std::string no_payload() const { return {}; }
};

// Text in UTF-8, checked both ways: no surrogates, nothing overlong, nothing beyond U+10FFFF. What
// it says of bytes counts them from 0.
struct SERF_EXPORT utf8_codec {
  using value_type = std::string;
  result<std::string> encode(const std::string& value) const;
  result<std::string> decode(std::string_view payload) const;
  std::string no_payload() const { return {}; }
};

// What a payload says: a value; nothing, where there is no payload; or why it cannot be decoded.
template <class V>
class decoded {
 public:
  decoded() = default;  // nothing
  decoded(V value) : value_(std::move(value)) {}
  decoded(failure why) : error_(std::move(why)) {}

  bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }

  // Only with a value.
  const V& operator*() const& noexcept { return *value_; }
  V& operator*() & noexcept { return *value_; }
  V&& operator*() && noexcept { return *std::move(value_); }
  const V* operator->() const noexcept { return &*value_; }
  V* operator->() noexcept { return &*value_; }

  template <class U>
  V value_or(U&& otherwise) const {
    return value_.value_or(std::forward<U>(otherwise));
  }

  // Why it could not be decoded (errc::payload_malformed); nullptr: it could, or there is none.
  const failure* error() const noexcept { return error_ ? &*error_ : nullptr; }

  friend bool operator==(const decoded& a, const decoded& b) {
    return a.value_ == b.value_ && a.error_.has_value() == b.error_.has_value();
  }
  friend bool operator!=(const decoded& a, const decoded& b) { return !(a == b); }

 private:
  std::optional<V> value_;
  std::optional<failure> error_;
};

namespace coding {

template <class C, class = void>
struct is_codec : std::false_type {};
template <class C>
struct is_codec<C, std::void_t<typename C::value_type,
                               decltype(std::declval<const C&>().encode(
                                   std::declval<const typename C::value_type&>())),
                               decltype(std::declval<const C&>().decode(std::string_view()))>>
    : std::bool_constant<
          std::is_copy_constructible_v<C> &&
          std::is_convertible_v<decltype(std::declval<const C&>().encode(
                                    std::declval<const typename C::value_type&>())),
                                result<std::string>> &&
          std::is_convertible_v<decltype(std::declval<const C&>().decode(std::string_view())),
                                result<typename C::value_type>>> {};

template <class C, class = void>
struct has_no_payload : std::false_type {};
template <class C>
struct has_no_payload<C, std::void_t<decltype(std::declval<const C&>().no_payload())>>
    : std::true_type {};

// The failures of a codec; `why` may hold any bytes.
SERF_EXPORT failure cannot_encode(std::string_view why);
SERF_EXPORT failure cannot_decode(std::string_view why);
// Inside a handler for exceptions: what the one under way says.
SERF_EXPORT std::string current_exception_text();

// The payload of a value; errc::invalid_argument where the codec has none for it.
template <class Codec>
result<std::string> encode(const Codec& codec, const typename Codec::value_type& value) {
#if defined(__cpp_exceptions)
  try {
#endif
    result<std::string> payload = codec.encode(value);
    if (payload) return payload;
    return cannot_encode(payload.error().message);
#if defined(__cpp_exceptions)
  } catch (...) {
    return cannot_encode(current_exception_text());
  }
#endif
}

template <class Codec>
decoded<typename Codec::value_type> decode(const Codec& codec, const std::string& payload) {
#if defined(__cpp_exceptions)
  try {
#endif
    if (payload.empty()) {
      if constexpr (has_no_payload<Codec>::value) {
        return codec.no_payload();
      } else {
        return {};
      }
    }
    result<typename Codec::value_type> value = codec.decode(payload);
    if (value) return *std::move(value);
    return cannot_decode(value.error().message);
#if defined(__cpp_exceptions)
  } catch (...) {
    return cannot_decode(current_exception_text());
  }
#endif
}

}  // namespace coding

// Whether a type is a codec as above.
template <class C>
inline constexpr bool is_codec = coding::is_codec<C>::value;

}  // namespace serf
