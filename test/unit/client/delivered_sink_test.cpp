#include "client/delivered_sink.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

namespace serf {
namespace {

log_record line(const std::string& text) { return {{}, log_level::info, text}; }

TEST(delivered_sink, is_called_for_one_record_at_a_time_with_no_lock_held) {
  std::promise<void> entered, go;
  std::vector<std::string> seen;
  delivered_sink sink([&](const log_record& record) {
    seen.push_back(record.text);
    if (record.text != "first") return;
    entered.set_value();
    go.get_future().wait();
    throw 7;
  });
  std::thread writing([&] { sink.write(line("first")); });
  entered.get_future().wait();
  auto second = std::async(std::launch::async, [&] { sink.write(line("second")); });
  EXPECT_EQ(second.wait_for(std::chrono::seconds(20)), std::future_status::ready)
      << "it waits for the one that is in the sink";
  go.set_value();
  writing.join();
  EXPECT_EQ(seen, (std::vector<std::string>{"first", "second"}));
}

TEST(delivered_sink, may_be_written_to_by_the_sink_itself) {
  std::vector<std::string> seen;
  delivered_sink* itself = nullptr;
  delivered_sink sink([&](const log_record& record) {
    seen.push_back(record.text);
    if (record.text == "outer") itself->write(line("inner"));
    seen.push_back(record.text + " is done");
  });
  itself = &sink;
  sink.write(line("outer"));
  EXPECT_EQ(seen, (std::vector<std::string>{"outer", "outer is done", "inner", "inner is done"}));
}

}  // namespace
}  // namespace serf
