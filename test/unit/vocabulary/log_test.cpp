#include "vocabulary/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <vector>

#include <serf/spdlog_sink.hpp>

namespace serf {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(log, is_silent_without_a_sink_and_below_its_threshold) {
  EXPECT_FALSE(log().enabled(log_level::err));
  std::vector<log_record> records;
  const log written(log_level::warn, [&](log_record record) { records.push_back(record); });
  EXPECT_FALSE(written.enabled(log_level::info));
  written.write(log_level::info, "unheard");
  written.write(log_level::warn, "line one\nline \x1b two {}");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].text, "line one line \\x1b two {}");
  EXPECT_EQ(records[0].level, log_level::warn);
}

TEST(log, to_stderr_prints_braces_as_they_are) {
  ::testing::internal::CaptureStderr();
  stderr_log()({std::chrono::system_clock::now(), log_level::warn, "a {} b"});
  const auto printed = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(printed, HasSubstr("a {} b"));
  EXPECT_THAT(printed, HasSubstr("serf"));
}

TEST(log, goes_to_an_applications_spdlog_logger_with_its_own_time) {
  std::ostringstream out;
  auto logger = std::make_shared<spdlog::logger>(
      "application", std::make_shared<spdlog::sinks::ostream_sink_st>(out));
  logger->set_pattern("%E %n %l %v");
  const auto sink = spdlog_sink(logger);
  sink({std::chrono::system_clock::time_point(std::chrono::seconds(1234567890)), log_level::warn,
        "a {} b"});
  sink({{}, log_level::debug, "below the logger's level"});
  EXPECT_THAT(out.str(), HasSubstr("1234567890 application warning a {} b"));
  EXPECT_THAT(out.str(), Not(HasSubstr("below")));
}

}  // namespace
}  // namespace serf
