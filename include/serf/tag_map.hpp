#pragma once

#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <serf/export.hpp>

namespace serf {

// A member's tags: a map from key to value, any bytes, kept as a vector of pairs in the order of
// the keys.
class SERF_EXPORT tag_map {
 public:
  using value_type = std::pair<std::string, std::string>;
  using const_iterator = std::vector<value_type>::const_iterator;

  tag_map() = default;
  tag_map(std::initializer_list<value_type> tags) : tag_map(std::vector<value_type>(tags)) {}
  // In any order; of equal keys the last one counts.
  explicit tag_map(std::vector<value_type> tags);

  const_iterator begin() const noexcept { return tags_.begin(); }
  const_iterator end() const noexcept { return tags_.end(); }
  std::size_t size() const noexcept { return tags_.size(); }
  bool empty() const noexcept { return tags_.empty(); }

  const_iterator find(std::string_view key) const noexcept;
  bool contains(std::string_view key) const noexcept { return find(key) != end(); }
  // "" where the key is missing: for the agent's filters the two are the same.
  const std::string& operator[](std::string_view key) const noexcept;

  void set(std::string key, std::string value);
  bool remove(std::string_view key);

  friend bool operator==(const tag_map& a, const tag_map& b) { return a.tags_ == b.tags_; }
  friend bool operator!=(const tag_map& a, const tag_map& b) { return !(a == b); }

 private:
  std::vector<value_type> tags_;
};

// "dc=east,role=web", as `serf members` prints them, in the order of the keys.
SERF_EXPORT std::string to_string(const tag_map& tags);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const tag_map& tags);

}  // namespace serf
