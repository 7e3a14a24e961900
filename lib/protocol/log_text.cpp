#include "protocol/log_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace serf::protocol {
namespace {

constexpr std::string_view time_form = "0000/00/00 00:00:00";  // 0: any digit

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool starts_with_time(std::string_view line) {
  if (line.size() < time_form.size()) return false;
  for (std::size_t i = 0; i < time_form.size(); ++i) {
    if (time_form[i] == '0' ? !is_digit(line[i]) : line[i] != time_form[i]) return false;
  }
  return true;
}

std::optional<log_level> level_of(std::string_view word) {
  struct known {
    std::string_view word;
    log_level level;
  };
  constexpr std::array<known, 5> all = {{{"INFO", log_level::info},
                                         {"DEBUG", log_level::debug},
                                         {"WARN", log_level::warn},
                                         {"ERR", log_level::err},
                                         {"TRACE", log_level::trace}}};
  for (const known& each : all) {
    if (each.word == word) return each.level;
  }
  return std::nullopt;
}

std::string_view without_leading_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

// The length of "agent.ipc" in "agent.ipc: text"; 0 where no component stands before the text.
std::size_t component_length(std::string_view text) {
  constexpr std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  const std::size_t end = text.find_first_not_of(letters);
  return end != std::string_view::npos && text.substr(end, 2) == ": " ? end : 0;
}

bool read_parts(std::string_view line, log_line& into) {
  if (!starts_with_time(line)) return false;
  std::string_view rest = line.substr(time_form.size());
  if (rest.substr(0, 2) != " [") return false;
  rest.remove_prefix(2);
  const std::size_t bracket = rest.find(']');
  const auto level = level_of(rest.substr(0, bracket));
  if (bracket == std::string_view::npos || !level) return false;
  rest = without_leading_blanks(rest.substr(bracket + 1));

  into.time = line.substr(0, time_form.size());
  into.level = *level;
  if (const std::size_t length = component_length(rest); length > 0) {
    into.component = rest.substr(0, length);
    rest.remove_prefix(length + 2);
  }
  into.text = rest;
  return true;
}

}  // namespace

log_line parse_log_line(std::string raw) {
  log_line line;
  if (!read_parts(raw, line)) line.text = raw;
  line.raw = std::move(raw);
  return line;
}

}  // namespace serf::protocol
