// What a client under test connects to: whatever the input says, on each of its connections. One
// listening socket serves all runs; it is the thread of the caller that does the work.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace serf::fuzz {

class peer {
 public:
  peer();  // listens on 127.0.0.1
  ~peer();
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;

  std::string address() const;

  enum class ending { orderly, reset, none };
  // On the first connection of a client, and on each of its others.
  struct script {
    std::string first, others;
    std::uint64_t pieces = 0;  // the sizes of what is sent at once follow from it; 0: all at once
    peer::ending ending = ending::orderly;  // of the first; the others end in order
    // Of a client that connects anew when it has lost a connection: whether it has ended.
    std::function<bool()> is_over;
  };

  // Waits for the first connection of a client, and says so much on it already.
  void greet(std::string_view greeting);

  // Once `connections` have been made: says what the script says, on the first one last, and
  // listens until the client has hung up on all that have an end, and has connected anew a few
  // times if it does.
  void serve(const script& what, std::size_t connections);

  // Forgets the connections: the client has been closed.
  void hang_up();

 private:
  void give_up_later();
  void accept();
  void wait();  // for something to happen on any connection
  void wait_for_reconnections(const script& what);
  void end(pollfd& connection, ending how);
  bool any_open(std::size_t from) const;

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<pollfd> connections_;  // closed ones have a descriptor of -1
  std::size_t most_connections_ = 0;
  const script* script_ = nullptr;
  std::chrono::steady_clock::time_point give_up_at_;
};

}  // namespace serf::fuzz
