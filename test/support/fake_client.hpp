// A plain socket for talking to a fake agent byte by byte, as its own tests do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <serf/testing/fake_value.hpp>

namespace serf::testing {

enum class fake_client_state { open, closed, reset };  // closed: EOF, reset: RST

class fake_client {
 public:
  using milliseconds = std::chrono::milliseconds;

  // std::system_error when nobody listens.
  fake_client(const std::string& host, int port);
  ~fake_client();
  fake_client(const fake_client&) = delete;
  fake_client& operator=(const fake_client&) = delete;

  void send(const std::string& bytes);
  void send(std::uint64_t seq, const std::string& command);  // a request without a body
  void send(std::uint64_t seq, const std::string& command, const fake_value& body);
  void handshake();  // and its reply
  void half_close();
  void close();

  // Fewer bytes when the peer ends or is silent for so long.
  std::string read(std::size_t bytes, milliseconds timeout = milliseconds(5000));
  std::string read_to_end(milliseconds timeout = milliseconds(5000));
  fake_value read_value(milliseconds timeout = milliseconds(5000));  // nil: none came
  std::string read_error();  // reads a header: what it says; "(no header)" without one
  bool hears_something(milliseconds timeout);  // of bytes or of the end
  std::size_t unread() const { return in_.size(); }

  // As learnt by the last reading.
  fake_client_state state() const { return state_; }

 private:
  bool read_some(std::chrono::steady_clock::time_point deadline);

  int descriptor_;
  std::string in_;
  fake_client_state state_ = fake_client_state::open;
};

}  // namespace serf::testing
