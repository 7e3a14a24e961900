// The gossip keys of a fake cluster; every member holds the same.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "testing/fake_reply.hpp"

namespace serf::testing {

class fake_keyring {
 public:
  explicit fake_keyring(const std::string& primary);  // "": no encryption

  bool encrypted() const { return !keys_.empty(); }
  const std::vector<std::string>& keys() const { return keys_; }  // the first is the primary

  // The replies of the key commands, with a message of each of `nodes` when they fail.
  fake_reply install(const std::string& key, const std::vector<std::string>& nodes);
  fake_reply use(const std::string& key, const std::vector<std::string>& nodes);
  fake_reply remove(const std::string& key, const std::vector<std::string>& nodes);
  fake_reply list(const std::vector<std::string>& nodes) const;

 private:
  std::vector<std::string>::iterator find(const std::string& key);

  std::vector<std::string> keys_;
};

// A report that says nothing, as it comes with an error before any node was asked.
fake_value empty_key_report();

// Where standard base64 is broken, in the words of agents; nullopt when it is not. `size` becomes
// that of the decoded bytes.
std::optional<std::string> base64_error(const std::string& text, std::size_t& size);

}  // namespace serf::testing
