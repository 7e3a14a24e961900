// This executable's own ::socket and ::epoll_create1, which can run out of descriptors. To really
// use them up would also take them from a sanitizer, which needs some to look at things.
#pragma once

namespace serf::transport::testing {

// As long as one exists, no socket and no epoll instance is to be had.
class scarcity {
 public:
  scarcity();
  ~scarcity();
  scarcity(const scarcity&) = delete;
  scarcity& operator=(const scarcity&) = delete;
};

}  // namespace serf::transport::testing
