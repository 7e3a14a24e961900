// What of a program's output does not depend on the run: compared line by line between agents.
#pragma once

#include <string>

namespace serf::testing {

// The output with these replaced, and everything else, wording and number of lines included, as it
// is:
// - addresses ("127.0.0.1:7946") by ADDRESS, also where only some agents name the port; ports by N;
// - times of log lines by TIME; round-trip and query times by N;
// - what changes from one `info` to the next, by N: clocks, lengths of queues, goroutines,
//   health; and what belongs to the machine: processors, architecture, Go's version;
// - encryption keys by KEY, or KEY2 for the second in the alphabet;
// - blanks between columns, whose width follows from the addresses, by two; none at a line's end;
// - "Failed to join" and "failed to join", as agents of different versions say, by the latter;
// - the order of what comes in any order, by the alphabet: members, tags of one member, acks,
//   responses, keys, and nodes that failed.
std::string output_shape(const std::string& output);

// The same of what `serf monitor` prints, but for what is an agent's own affair: how many log
// lines, and when. Each has a time, a level and a component, and one LOG stands for all. Member
// events, which the command prints, too, may come late or not at all; a user event is compared, its
// fields in order.
std::string monitor_shape(const std::string& output);

}  // namespace serf::testing
