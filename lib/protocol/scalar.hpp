#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "protocol/ip_address.hpp"
#include "protocol/shape.hpp"

// A value into the place where its shape says that it belongs, if that is a place for such a value.
// Inline: they run once for each value of each record.
namespace serf::protocol {

enum class fit { stored, wrong_kind, out_of_range };

template <class T>
fit store(void* target, T value) {
  *static_cast<T*>(target) = value;
  return fit::stored;
}

// Where anything may come, nothing is stored.
inline fit store_nowhere(const shape& is) {
  return is.kind == shape::kind::anything ? fit::stored : fit::wrong_kind;
}

template <class T, class Number>
fit store_within_range(void* target, Number value) {
  using bounds = std::numeric_limits<T>;
  if constexpr (std::is_signed_v<Number>) {
    if (value < Number{bounds::min()}) return fit::out_of_range;
  } else if (value > static_cast<Number>(bounds::max())) {
    return fit::out_of_range;
  }
  return store(target, static_cast<T>(value));
}

inline member_status status_of(std::string_view word) {
  if (word == "alive") return member_status::alive;
  if (word == "failed") return member_status::failed;
  if (word == "left") return member_status::left;
  if (word == "leaving") return member_status::leaving;
  if (word == "none" || word.empty()) return member_status::none;
  return member_status::unknown;
}

inline fit store_text(const shape& is, void* target, std::string_view value) {
  switch (is.kind) {
    case shape::kind::view:
      return store(target, value);
    case shape::kind::text:
      static_cast<std::string*>(target)->assign(value);
      return fit::stored;
    case shape::kind::address:
      *static_cast<std::string*>(target) = address_text(value);
      return fit::stored;
    case shape::kind::status:
      return store(target, status_of(value));
    default:
      return store_nowhere(is);
  }
}

inline fit store_flag(const shape& is, void* target, bool value) {
  return is.kind == shape::kind::flag ? store(target, value) : store_nowhere(is);
}

inline fit store_number(const shape& is, void* target, std::uint64_t value) {
  switch (is.kind) {
    case shape::kind::unsigned_integer:
      return store(target, value);
    case shape::kind::integer:
      return store_within_range<int>(target, value);
    case shape::kind::port:
      return store_within_range<std::uint16_t>(target, value);
    case shape::kind::real:
      return store(target, static_cast<double>(value));
    default:
      return store_nowhere(is);
  }
}

inline fit store_negative(const shape& is, void* target, std::int64_t value) {
  switch (is.kind) {
    case shape::kind::integer:
      return store_within_range<int>(target, value);
    case shape::kind::port:
    case shape::kind::unsigned_integer:
      return fit::out_of_range;
    case shape::kind::real:
      return store(target, static_cast<double>(value));
    default:
      return store_nowhere(is);
  }
}

inline fit store_real(const shape& is, void* target, double value) {
  return is.kind == shape::kind::real ? store(target, value) : store_nowhere(is);
}

}  // namespace serf::protocol
