#include "testing/fake_log.hpp"

#include <cctype>
#include <ctime>

namespace serf::testing {

std::string log_line_now(const std::string& level, const std::string& text) {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char stamp[32];
  const auto size = std::strftime(stamp, sizeof stamp, "%Y/%m/%d %H:%M:%S", &local);
  return std::string(stamp, size) + " [" + level + "] " + text;
}

std::string logged_event(const std::string& kind, const fake_member& member) {
  auto word = kind.substr(kind.find('-') + 1);  // behind "member-"
  if (!word.empty()) {
    word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
  }
  // Agents name the address of those who come and go, and only those.
  const bool with_address =
      kind == "member-join" || kind == "member-leave" || kind == "member-failed";
  return "EventMember" + word + ": " + member.name + (with_address ? " " + member.address : "");
}

}  // namespace serf::testing
