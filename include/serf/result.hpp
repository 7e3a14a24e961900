#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <serf/error.hpp>

namespace serf {

// A value, or the failure that took its place; shaped like std::expected<T, failure>. What handlers
// get, and all there is for code compiled without exceptions: only value() throws.
template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;
  using error_type = failure;

  template <class U = T, class = std::enable_if_t<std::is_convertible_v<U&&, T> &&
                                                  !std::is_same_v<std::decay_t<U>, result> &&
                                                  !std::is_same_v<std::decay_t<U>, failure>>>
  result(U&& value) : content_(std::in_place_index<0>, std::forward<U>(value)) {}
  result(failure why) : content_(std::in_place_index<1>, std::move(why)) {}

  bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // The value; without one the failure is raised as its exception.
  T& value() & { return has_value() ? **this : (raise(error()), **this); }
  const T& value() const& { return has_value() ? **this : (raise(error()), **this); }
  T&& value() && { return std::move(value()); }

  // Only with a value.
  T& operator*() & noexcept { return *std::get_if<0>(&content_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&content_); }
  T&& operator*() && noexcept { return std::move(**this); }
  T* operator->() noexcept { return std::get_if<0>(&content_); }
  const T* operator->() const noexcept { return std::get_if<0>(&content_); }

  // Only without a value.
  failure& error() & noexcept { return *std::get_if<1>(&content_); }
  const failure& error() const& noexcept { return *std::get_if<1>(&content_); }
  failure&& error() && noexcept { return std::move(error()); }

  template <class U>
  T value_or(U&& otherwise) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(otherwise));
  }
  template <class U>
  T value_or(U&& otherwise) && {
    return has_value() ? std::move(**this) : static_cast<T>(std::forward<U>(otherwise));
  }

 private:
  std::variant<T, failure> content_;
};

template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;
  using error_type = failure;

  result() = default;
  result(failure why) : failure_(std::move(why)) {}

  bool has_value() const noexcept { return !failure_; }
  explicit operator bool() const noexcept { return has_value(); }

  // Nothing, or the failure is raised as its exception.
  void value() const { has_value() ? void() : raise(*failure_); }

  // Only without a value.
  failure& error() & noexcept { return *failure_; }
  const failure& error() const& noexcept { return *failure_; }
  failure&& error() && noexcept { return std::move(*failure_); }

 private:
  std::optional<failure> failure_;
};

}  // namespace serf
