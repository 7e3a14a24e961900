// The conversation: callers, the agent and the clock, in any order. Each call completes once, by
// its deadline; limits are kept; nothing comes behind the end.
//
// input: the settings, and then turns: a byte that chooses one, and what it takes.
#include "fuzz/talk.hpp"

namespace {

// Beyond so many a run shows nothing new, and the checks behind each would make it slow.
constexpr int most_turns = 500;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  serf::fuzz::input in(data, size);
  serf::fuzz::talk talk(in);
  for (int turns = 0; turns < most_turns && !in.empty(); ++turns) talk.turn();
  talk.end({serf::errc::client_closed, "the client is closed"});
  return 0;
}
