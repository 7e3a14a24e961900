// How a fake agent departs from a real one, command by command.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include <serf/testing/fake_value.hpp>

namespace serf::testing {

enum class cut { stop, close, reset };  // and then: send nothing more, FIN, RST

struct fake_action {
  enum class kind {
    usual,
    error,
    header,
    body,
    raw,
    twice,
    other_seq,
    cut_short,
    half,
    late_records,
    silent,
    close,
    reset,
    hold,
  };
  kind what = kind::usual;
  std::string text = {};  // the error or the raw bytes
  fake_value body = {};
  std::uint64_t number = 0;  // Seq, bytes or records
  cut then = cut::stop;
};

struct fake_rule {
  std::string command;        // "" is any
  std::size_t remaining = 0;  // 0 is without end
  fake_action action;
};

// agent.on("members").once().reply_error("no"). An action holds for every such request from now on,
// or for the next ones only after once() and times(). Counted ones come first, in the order given;
// then the latest without a count, for this command before any; then what a real agent does. All
// apply to decoded requests past handshake and authentication. What answers in place of the command
// (errors, header, body, raw bytes, silence, an end) leaves it undone: a handshake then is none.
class fake_override {
 public:
  using install = std::function<void(fake_rule)>;
  fake_override(std::string command, install how)
      : rule_{std::move(command), 0, {}}, install_(std::move(how)) {}

  fake_override& once() { return times(1); }
  fake_override& times(std::size_t n);  // at least 1

  void as_usual();                      // among counted ones; or instead of an uncounted one
  void reply_error(std::string error);  // with a body where agents send one: join, key commands
  void reply_header(std::string error = "");  // nothing behind it, whatever the command
  void reply(fake_value body);                // success, and this
  void reply_raw(std::string bytes);
  void reply_twice();
  void reply_with_seq(std::uint64_t seq);
  void cut_reply_after(std::size_t bytes, cut then);
  void reply_half(cut then = cut::stop);        // of header and body together
  void send_late_records(std::size_t records);  // of the stream that a stop has stopped
  void stay_silent();
  void close_connection();  // FIN
  void reset_connection();  // RST
  void hold();              // until release(); later requests of the connection wait behind it

 private:
  void act(fake_action action);

  fake_rule rule_;
  install install_;
};

}  // namespace serf::testing
