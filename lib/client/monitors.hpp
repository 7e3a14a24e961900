#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <serf/reconnect_options.hpp>

#include "client/connection.hpp"
#include "client/feeds.hpp"
#include "client/main_line.hpp"
#include "transport/io_thread.hpp"

namespace serf {

// The connections that logs are followed on: one each, since an agent allows a connection but one
// monitor, and ended with it. Each is made when the main connection is ready, to the same agent,
// and lost with it: then the log goes on where the main connection does.
class monitors {
 public:
  // Without `reconnect` a log ends with its connection.
  monitors(transport::io_thread& io, connection::settings settings, main_line& main,
           std::optional<reconnect_options> reconnect);
  ~monitors();

  // A connection, to be given to open(). Any thread.
  struct place;
  std::shared_ptr<place> make();
  static std::weak_ptr<connection> connection_of(const std::shared_ptr<place>& where);
  // Any thread.
  void open(const std::shared_ptr<place>& where, session::wish what,
            std::shared_ptr<log_feed> records, std::unique_ptr<session::call> who);

  // I/O thread. The main connection is ready.
  void go_on();
  // I/O thread. It is lost.
  void wait(const failure& why);
  // I/O thread. All end for `why`, and no further one is opened.
  void end(const failure& why);
  // I/O thread. As of connection.
  void expect_agent_to_leave(bool expected, session::time_point until);

 private:
  void retire(const place& ended);

  transport::io_thread& io_;
  const connection::settings settings_;
  main_line& main_;
  const std::optional<reconnect_options> reconnect_;

  // The I/O thread's own.
  std::vector<std::shared_ptr<place>> open_;
  std::optional<failure> ended_;
};

}  // namespace serf
