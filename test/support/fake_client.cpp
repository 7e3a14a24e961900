#include "support/fake_client.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <serf/testing/fake_encoding.hpp>

namespace serf::testing {

using clock = std::chrono::steady_clock;

fake_client::fake_client(const std::string& host, int port) : descriptor_(-1) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    throw std::invalid_argument("fake_client: not an IP address: " + host);
  }
  descriptor_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int result = ::connect(descriptor_, found->ai_addr, found->ai_addrlen);
  const int error = errno;
  ::freeaddrinfo(found);
  if (result != 0) {
    ::close(descriptor_);
    throw std::system_error(error, std::generic_category(), "fake_client");
  }
}

fake_client::~fake_client() { close(); }

void fake_client::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void fake_client::half_close() { ::shutdown(descriptor_, SHUT_WR); }

void fake_client::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto wrote = ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (wrote < 0) return;  // the peer has ended: reading tells
    sent += static_cast<std::size_t>(wrote);
  }
}

void fake_client::send(std::uint64_t seq, const std::string& command) {
  send(encode(fake_map{{"Command", command}, {"Seq", seq}}));
}

void fake_client::send(std::uint64_t seq, const std::string& command, const fake_value& body) {
  send(encode(fake_map{{"Command", command}, {"Seq", seq}}) + encode(body));
}

void fake_client::handshake() {
  send(0, "handshake", fake_map{{"Version", 1}});
  const auto error = read_error();
  if (!error.empty()) throw std::runtime_error("fake_client: handshake: " + error);
}

bool fake_client::read_some(clock::time_point deadline) {
  if (state_ != fake_client_state::open) return false;
  const auto left = std::chrono::ceil<milliseconds>(deadline - clock::now()).count();
  pollfd watched{descriptor_, POLLIN, 0};
  if (::poll(&watched, 1, static_cast<int>(std::max<decltype(left)>(left, 0))) <= 0) return false;
  char buffer[65536];
  const auto got = ::recv(descriptor_, buffer, sizeof buffer, 0);
  if (got > 0) {
    in_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  state_ = got == 0 ? fake_client_state::closed : fake_client_state::reset;
  return false;
}

std::string fake_client::read(std::size_t bytes, milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  while (in_.size() < bytes && read_some(deadline)) {
  }
  auto result = in_.substr(0, bytes);
  in_.erase(0, result.size());
  return result;
}

std::string fake_client::read_to_end(milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  while (read_some(deadline)) {
  }
  std::string result;
  result.swap(in_);
  return result;
}

fake_value fake_client::read_value(milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  for (;;) {
    auto read = decode(in_);
    if (read.state == fake_decoding::complete) {
      in_.erase(0, read.size);
      return read.value;
    }
    if (read.state == fake_decoding::malformed || !read_some(deadline)) return nullptr;
  }
}

std::string fake_client::read_error() {
  const auto header = read_value();
  return header.has("Error") ? header["Error"].text() : "(no header)";
}

bool fake_client::hears_something(milliseconds timeout) {
  return !in_.empty() || read_some(clock::now() + timeout) || state_ != fake_client_state::open;
}

}  // namespace serf::testing
