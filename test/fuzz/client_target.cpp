// The whole client, threads and sockets included, and a peer that says what the input says. When it
// is closed, within a bound, every future is ready, every handler has been called and every stream
// has ended.
//
// input: a byte of settings (whether the peer answers the handshake as an agent does, a key,
// pieces, small limits, how the connection ends, whether it is ready before the calls, whether the
// client reconnects); the calls: their number, and a byte each; what the peer says on further
// connections, its length in two bytes in front; and then what it says on the first one.
#include <chrono>
#include <string>

#include <serf/client.hpp>

#include "fuzz/calls.hpp"
#include "fuzz/expect.hpp"
#include "fuzz/input.hpp"
#include "fuzz/open_ends.hpp"
#include "fuzz/peer.hpp"

namespace serf::fuzz {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

// What close() may take. It promises 100 ms; a machine that runs fuzzers is busy.
constexpr auto longest_close = 2s;

// To the handshake and to the key.
std::string answers_to_greeting(bool with_key) {
  const std::string answer(
      "\x82\xa5"
      "Error\xa0\xa3"
      "Seq\x00",
      13);
  return with_key ? answer + answer.substr(0, 12) + '\x01' : answer;
}

struct settings {
  explicit settings(std::uint8_t choice)
      : is_greeted((choice & 1U) == 0),
        has_key((choice & 2U) != 0),
        in_pieces((choice & 4U) != 0),
        is_small((choice & 8U) != 0),
        calls_when_ready(is_greeted && (choice & 64U) != 0),
        reconnects((choice & 128U) != 0),
        ending((choice >> 4U & 3U) == 1   ? peer::ending::reset
               : (choice >> 4U & 3U) == 2 ? peer::ending::none
                                          : peer::ending::orderly) {}

  client_options options(const std::string& address) const {
    client_options with(address);
    with.reconnect(false);
    if (reconnects) with.reconnect(reconnect_options().initial_delay(1ms).max_delay(1ms));
    with.call_timeout(1h).stream_linger(0s).log(
        [](const log_record& said) { expect(!said.text.empty(), "a log record has a text"); },
        log_level::trace);
    if (has_key) with.auth_key("key");
    if (is_small) with.max_reply_bytes(512).max_reply_depth(3).max_pending_calls(4);
    return with;
  }

  bool is_greeted, has_key, in_pieces, is_small, calls_when_ready, reconnects;
  peer::ending ending;
};

void run(input in) {
  static peer agent;
  const settings with(in.byte());
  open_ends ends;
  {
    client subject(with.options(agent.address()));
    const std::string greeting = with.is_greeted ? answers_to_greeting(with.has_key) : "";
    if (with.calls_when_ready) {
      agent.greet(greeting);
      expect(subject.ready().wait_for(8s) == std::future_status::ready, "the client gets ready");
    }
    const std::size_t further = make_calls(subject, in, ends);
    if (with.is_greeted && !with.calls_when_ready) agent.greet(greeting);
    peer::script script;
    script.pieces = with.in_pieces ? 1U + in.byte() : 0;
    script.ending = with.ending;
    script.others = greeting;
    if (with.reconnects) {
      script.is_over = [&subject] { return subject.state() == connection_state::closed; };
    }
    script.others += in.piece();
    script.first = in.rest();
    agent.serve(script, with.is_greeted ? 1 + further : 1);  // the first one has to be ready

    const auto start = clock::now();
    subject.close();
    expect(clock::now() - start < longest_close, "close() returns at once");
    ends.settle();
    expect(subject.state() == connection_state::closed, "behind close() the client is closed");
  }
  agent.hang_up();
}

}  // namespace
}  // namespace serf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  serf::fuzz::run(serf::fuzz::input(data, size));
  return 0;
}
