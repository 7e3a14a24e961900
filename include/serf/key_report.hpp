#pragma once

#include <iosfwd>
#include <map>
#include <string>

#include <serf/export.hpp>

namespace serf {

// What the nodes said to a key command. list_keys fills keys; the others leave it empty.
struct SERF_EXPORT key_report {
  std::map<std::string, int> keys;              // key (base64): how many nodes hold it
  std::map<std::string, std::string> messages;  // node: what it complains of
  int nodes = 0;                                // in the cluster
  int responses = 0;                            // of them that answered
  int errors = 0;                               // of them that refused

  friend SERF_EXPORT bool operator==(const key_report& a, const key_report& b);
  friend bool operator!=(const key_report& a, const key_report& b) { return !(a == b); }
};

// Counts and messages; of the keys only how many: they are secrets.
SERF_EXPORT std::string to_string(const key_report& value);
SERF_EXPORT std::ostream& operator<<(std::ostream& out, const key_report& value);

}  // namespace serf
