#include <algorithm>
#include <ostream>

#include <serf/tag_map.hpp>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

bool key_before(const tag_map::value_type& tag, std::string_view key) { return tag.first < key; }

}  // namespace

tag_map::tag_map(std::vector<value_type> tags) : tags_(std::move(tags)) {
  const auto before = [](const value_type& a, const value_type& b) { return a.first < b.first; };
  if (!std::is_sorted(tags_.begin(), tags_.end(), before)) {
    std::stable_sort(tags_.begin(), tags_.end(), before);
  }
  // Of a run of equal keys the last stays; a shared key is rare, so look before moving anything.
  const auto same = [](const value_type& a, const value_type& b) { return a.first == b.first; };
  if (std::adjacent_find(tags_.begin(), tags_.end(), same) == tags_.end()) return;
  std::reverse(tags_.begin(), tags_.end());
  tags_.erase(std::unique(tags_.begin(), tags_.end(), same), tags_.end());
  std::reverse(tags_.begin(), tags_.end());
}

tag_map::const_iterator tag_map::find(std::string_view key) const noexcept {
  const auto at = std::lower_bound(tags_.begin(), tags_.end(), key, key_before);
  return at != tags_.end() && at->first == key ? at : tags_.end();
}

const std::string& tag_map::operator[](std::string_view key) const noexcept {
  static const auto* const missing = new std::string;
  const auto at = find(key);
  return at != tags_.end() ? at->second : *missing;
}

void tag_map::set(std::string key, std::string value) {
  const auto at = std::lower_bound(tags_.begin(), tags_.end(), key, key_before);
  if (at != tags_.end() && at->first == key) {
    at->second = std::move(value);
  } else {
    tags_.emplace(at, std::move(key), std::move(value));
  }
}

bool tag_map::remove(std::string_view key) {
  const auto at = find(key);
  if (at == tags_.end()) return false;
  tags_.erase(at);
  return true;
}

std::string to_string(const tag_map& tags) {
  std::string text;
  for (const auto& [key, value] : tags) {
    if (!text.empty()) text += ',';
    text += printable(key) + '=' + printable(value);
  }
  return text;
}

std::ostream& operator<<(std::ostream& out, const tag_map& tags) { return out << to_string(tags); }

}  // namespace serf
