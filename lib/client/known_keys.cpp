#include "client/known_keys.hpp"

#include <algorithm>

namespace serf {
namespace {

// Shorter ones are words that stand everywhere; where they are keys, the field tells.
constexpr std::size_t shortest = 4;
// Each costs a look at every text. A keyring has few, but an application may change them for years.
constexpr std::size_t most = 256;

constexpr std::string_view mark = "-redacted";

// The recording of a replay is to be the same again.
bool is_stand_in(std::string_view key) {
  const auto digits = key.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return false;
  key.remove_prefix(digits);
  return key.substr(0, mark.size()) == mark &&
         key.find_first_not_of('.', mark.size()) == std::string_view::npos;
}

}  // namespace

void known_keys::add_own(std::string_view key) {
  keys_.push_back({std::string(key), ++last_number_});
}

std::string known_keys::stand_in(std::string_view key) {
  const auto is_it = [&](const entry& each) { return each.key == key; };
  const auto known = std::find_if(keys_.begin(), keys_.end(), is_it);
  if (known == keys_.end() && is_stand_in(key)) return std::string(key);
  std::uint64_t number = last_number_ + 1;
  if (known != keys_.end()) {
    number = known->number;
  } else {
    last_number_ = number;
    if (keys_.size() < most) keys_.push_back({std::string(key), number});
  }
  // The number first: keys in one list have to differ, however short they are.
  std::string made = std::to_string(number).append(mark);
  made.resize(key.size(), '.');
  return made;
}

known_keys::found known_keys::find_in(std::string_view text, bool goes_on) const {
  for (std::size_t at = 0; at < text.size() && !keys_.empty(); ++at) {
    const std::string_view rest = text.substr(at);
    found longest{at, 0};
    for (const auto& [key, number] : keys_) {
      if (key.size() < shortest || key.front() != rest.front()) continue;
      if (rest.size() >= key.size()) {
        const bool is_key = rest.compare(0, key.size(), key) == 0;
        if (is_key) longest.size = std::max(longest.size, key.size());
      } else if (goes_on && key.compare(0, rest.size(), rest) == 0) {
        return {at, 0};
      }
    }
    if (longest.size > 0) return longest;
  }
  return {text.size(), 0};
}

}  // namespace serf
