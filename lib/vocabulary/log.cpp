#include "vocabulary/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <memory>
#include <ostream>
#include <tuple>

#include <serf/spdlog_sink.hpp>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

auto all_of(const log_line& l) {
  return std::tie(l.time, l.level, l.component, l.text, l.raw, l.backlog);
}

}  // namespace

void log::write(log_level level, const std::string& text) const {
  if (enabled(level)) deliver_({std::chrono::system_clock::now(), level, printable_line(text)});
}

log_sink stderr_log() {
  // Not in spdlog's registry: an application's own loggers and settings are not touched.
  auto logger = std::make_shared<spdlog::logger>(
      "serf", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_level(spdlog::level::trace);
  return spdlog_sink(std::move(logger));
}

bool operator==(const log_line& a, const log_line& b) { return all_of(a) == all_of(b); }

std::string to_string(log_level value) {
  switch (value) {
    case log_level::trace:
      return "trace";
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warn:
      return "warn";
    case log_level::err:
      return "err";
  }
  return "";
}

std::string to_string(const log_line& value) { return printable(value.raw); }
std::ostream& operator<<(std::ostream& out, log_level v) { return out << to_string(v); }
std::ostream& operator<<(std::ostream& out, const log_line& v) { return out << to_string(v); }

}  // namespace serf
