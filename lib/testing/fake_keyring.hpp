// The gossip keys of a fake cluster. Every member holds the same, unless a test says otherwise.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "testing/fake_reply.hpp"

namespace serf::testing {

class fake_keyring {
 public:
  explicit fake_keyring(const std::string& primary);  // "": no encryption

  bool encrypted() const { return !keys_.empty(); }

  void silence(const std::string& node, bool silent);
  void lose(const std::string& node, const std::string& key);  // throws where there is no such key

  // The replies of the key commands, with a message of each of `nodes` when they fail.
  fake_reply install(const std::string& key, const std::vector<std::string>& nodes);
  fake_reply use(const std::string& key, const std::vector<std::string>& nodes);
  fake_reply remove(const std::string& key, const std::vector<std::string>& nodes);
  fake_reply list(const std::vector<std::string>& nodes) const;

 private:
  struct held {
    std::string key;
    std::set<std::string> lacking;  // nodes
  };
  std::vector<held>::iterator find(const std::string& key);
  template <class Function>
  fake_reply gather(const std::vector<std::string>& nodes, fake_value keys,
                    Function answer_of) const;
  fake_reply refused(const std::vector<std::string>& nodes, const std::string& message) const;

  std::vector<held> keys_;  // the first is the primary
  std::set<std::string> silent_;
};

// A report that says nothing, as it comes with an error before any node was asked.
fake_value empty_key_report();

// Where standard base64 is broken, in the words of agents; nullopt when it is not. `size` becomes
// that of the decoded bytes.
std::optional<std::string> base64_error(const std::string& text, std::size_t& size);

}  // namespace serf::testing
