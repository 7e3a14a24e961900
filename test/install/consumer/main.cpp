#include <chrono>
#include <cstdio>

#include <serf/client.hpp>

// No agent listens on port 1: this shows that a user's program compiles, links and runs, and
// catches what the library throws.
int main() {
  serf::client client("127.0.0.1:1");
  try {
    client.ready(std::chrono::seconds(1)).get();
  } catch (const serf::connection_error& error) {
    std::puts(error.what());
    return 0;
  }
  return 1;
}
