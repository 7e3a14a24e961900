#pragma once

// For applications that log by spdlog: the only header of this library that includes it.

#include <spdlog/logger.h>

#include <memory>
#include <utility>

#include <serf/log.hpp>

namespace serf {

inline spdlog::level::level_enum to_spdlog(log_level level) noexcept {
  switch (level) {
    case log_level::trace:
      return spdlog::level::trace;
    case log_level::debug:
      return spdlog::level::debug;
    case log_level::info:
      return spdlog::level::info;
    case log_level::warn:
      return spdlog::level::warn;
    case log_level::err:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// What the client has to say goes to `logger`, with the time at which it was said:
// client_options().log(serf::spdlog_sink(logger), serf::log_level::debug). The logger is kept alive
// by the client; it is called on the delivery thread, so a logger of any kind will do (_st too, if
// nobody else uses it).
inline log_sink spdlog_sink(std::shared_ptr<spdlog::logger> logger) {
  return [logger = std::move(logger)](const log_record& record) {
    logger->log(record.time, spdlog::source_loc{}, to_spdlog(record.level),
                spdlog::string_view_t(record.text));
  };
}

}  // namespace serf
