#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace serf {

// The keys that a recording must not hold: the auth key, and those of the keyring, as they are met.
// One thread at a time.
class known_keys {
 public:
  // The client's own: redacted whatever it looks like.
  void add_own(std::string_view key);
  // What stands in place of a key: its number, and as long as it is. What looks like that already
  // stays as it is, unless it is known for a key.
  std::string stand_in(std::string_view key);

  struct found {
    std::size_t at = 0;
    std::size_t size = 0;  // 0: none
  };
  // The first key in a text, which is one whole or, with `goes_on`, its beginning: found.at is then
  // where a key may begin that is not all there.
  found find_in(std::string_view text, bool goes_on) const;

 private:
  struct entry {
    std::string key;
    std::uint64_t number;
  };
  std::vector<entry> keys_;
  std::uint64_t last_number_ = 0;
};

}  // namespace serf
