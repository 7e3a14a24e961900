#include "client/endpoint.hpp"

#include <algorithm>
#include <charconv>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

failure flaw(const std::string& text, const std::string& origin, const std::string& what) {
  return {errc::invalid_argument,
          (origin.empty() ? "agent address " : origin + " ") + in_quotes(text) + ": " + what +
              "; wanted is host:port or [IPv6 address]:port, such as 127.0.0.1:7373"};
}

// What no host name holds: a look-up would cut it short or print it raw.
bool is_strange(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value <= 0x20 || value == 0x7f || byte == '/' || byte == '[' || byte == ']';
}

}  // namespace

result<endpoint> parse_endpoint(const std::string& text, const std::string& origin) {
  const auto colon = text.rfind(':');
  if (text.find("://") != std::string::npos) return flaw(text, origin, "a URL");
  if (colon == std::string::npos || text.back() == ']') return flaw(text, origin, "no port");
  std::string host = text.substr(0, colon);
  if (!host.empty() && host.front() == '[') {
    if (host.back() != ']') return flaw(text, origin, "no ] before the port");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return flaw(text, origin, "an IPv6 address needs brackets");
  }
  if (host.empty()) return flaw(text, origin, "no host");
  if (std::any_of(host.begin(), host.end(), is_strange)) {
    return flaw(text, origin, "the host has characters that no host name has");
  }
  endpoint where{std::move(host), 0, printable(text)};
  const char* const begin = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, where.port);
  if (begin == end) return flaw(text, origin, "no port");
  if (error != std::errc() || stop != end || where.port == 0) {
    return flaw(text, origin, "the port is not a number from 1 to 65535");
  }
  return where;
}

}  // namespace serf
