// What a recording of a session says, without when it was said, in how many pieces, and which of it
// stands in for a key.
#pragma once

#include <fstream>
#include <map>
#include <string>

namespace serf::testing {

// Of each connection and direction, as "1 >", all bytes as the file has them.
inline std::map<std::string, std::string> said_in(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::map<std::string, std::string> all;
  for (std::string line; std::getline(in, line);) {
    const auto who = line.find(' ') + 1;  // behind the time
    const auto direction = line.find(' ', who) + 1;
    if (direction == 0 || direction + 2 > line.size()) continue;
    if (line[direction] != '>' && line[direction] != '<') continue;
    std::string& said = all[line.substr(who, direction + 1 - who)];
    for (std::size_t at = direction + 2; at < line.size(); ++at) {
      if (line[at] != '\\' || at + 1 == line.size()) {
        said += line[at];
      } else if (line[++at] != '{' && line[at] != '}') {
        said.append({'\\', line[at]});
      }
    }
  }
  return all;
}

}  // namespace serf::testing
