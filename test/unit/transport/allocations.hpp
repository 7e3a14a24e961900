// This executable's own operator new counts.
#pragma once

namespace serf::transport::testing {

// How often the calling thread has allocated with `new`.
int allocations();

}  // namespace serf::transport::testing
