// A conversation whose every turn, on either side, the input decides; and what holds after each.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/watched.hpp"
#include "session/conversation.hpp"

namespace serf::fuzz {

class talk {
 public:
  explicit talk(input& in);

  void turn();
  void end(failure why);  // and nothing comes any more

 private:
  void submit();
  void subscribe();
  void connect();
  void hear();  // a header, or the body that is due
  void hear_header();
  void hear_body();
  void pass_time();
  void leave();
  void expire();
  void send();
  void cut();  // the connection

  session::completion enter(session::wish what, std::shared_ptr<taker> records);
  void let_go(taker& who);
  void lose(failure why);
  void disconnected();
  void follow(session::conversation::step step, std::string_view body);
  void check();

  input& in_;
  const session::conversation_settings settings_;
  const bool reconnects_;
  session::conversation conversation_;
  session::time_point now_{};
  bool is_connected_ = false, is_ended_ = false;
  bool is_body_due_ = false;
  session::conversation::step record_;                      // of the header whose record is due
  std::vector<const session::subscriber*> left_meanwhile_;  // since that header
  std::size_t accepted_ = 0, heartbeats_ = 0;
  std::vector<std::shared_ptr<call_state>> calls_;
  std::vector<std::shared_ptr<taker>> takers_;
};

}  // namespace serf::fuzz
