#pragma once

#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <serf/export.hpp>

namespace serf {

// What join takes: one address or several, each "host", "host:port" or, as the agent has it,
// "node/host:port".
class SERF_EXPORT addresses {
 public:
  class item {  // one string, so that join({{"a", "b"}}) is not two iterators into one
   public:
    template <class S, class = std::enable_if_t<std::is_convertible_v<S&&, std::string>>>
    item(S&& text) : text_(std::forward<S>(text)) {}

   private:
    friend class addresses;
    std::string text_;
  };

  addresses() = default;
  addresses(std::initializer_list<item> list) {
    for (const item& each : list) list_.push_back(each.text_);
  }
  addresses(std::initializer_list<std::initializer_list<item>>) = delete;
  template <class S, class = std::enable_if_t<std::is_convertible_v<S&&, std::string>>>
  addresses(S&& one) {
    list_.emplace_back(std::forward<S>(one));
  }
  template <class S, class A, class = std::enable_if_t<std::is_convertible_v<S, std::string>>>
  addresses(const std::vector<S, A>& list) : list_(list.begin(), list.end()) {}

  std::vector<std::string>::const_iterator begin() const noexcept { return list_.begin(); }
  std::vector<std::string>::const_iterator end() const noexcept { return list_.end(); }
  std::size_t size() const noexcept { return list_.size(); }
  bool empty() const noexcept { return list_.empty(); }

  friend bool operator==(const addresses& a, const addresses& b) { return a.list_ == b.list_; }
  friend bool operator!=(const addresses& a, const addresses& b) { return !(a == b); }

 private:
  std::vector<std::string> list_;
};

SERF_EXPORT std::string to_string(const addresses& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const addresses& value);

}  // namespace serf
