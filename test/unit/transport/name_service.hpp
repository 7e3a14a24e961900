// This executable's own ::getaddrinfo: names whose lookup behaves as a test wants. All others are
// looked up as ever.
#pragma once

#include <string>
#include <vector>

namespace serf::transport::testing {

// Calls of ::getaddrinfo so far, by whomever.
int lookups();

// The name's addresses, in that order.
void define_name(const std::string& name, const std::vector<std::string>& addresses);

// "nowhere.test" does not exist unless defined. "silent.test" is not answered as long as one of
// these exists; its destructor lets those lookups go, to 127.0.0.1, and waits until they have gone.
class silence {
 public:
  silence();
  ~silence();
  silence(const silence&) = delete;
  silence& operator=(const silence&) = delete;

  int waiting() const;  // lookups that are not answered
  void end();           // at once, not in the destructor
};

}  // namespace serf::transport::testing
