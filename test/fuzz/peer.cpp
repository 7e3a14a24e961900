#include "fuzz/peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "fuzz/expect.hpp"
#include "fuzz/input.hpp"

namespace serf::fuzz {

namespace {

// How often a client may connect anew: it would not stop by itself.
constexpr std::size_t most_reconnections = 2;

using clock = std::chrono::steady_clock;

void say(int connection, std::string_view what, std::uint64_t pieces) {
  piece_sizes sizes(pieces);
  while (!what.empty()) {
    const std::size_t size = pieces == 0 ? what.size() : std::min(sizes.next(), what.size());
    const ssize_t sent = ::send(connection, what.data(), size, MSG_NOSIGNAL);
    if (sent <= 0) return;  // the client has hung up
    what.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

peer::peer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  expect(listener_ >= 0 && ::bind(listener_, any, size) == 0 && ::listen(listener_, 64) == 0 &&
             ::getsockname(listener_, any, &size) == 0,
         "there is a port to listen on");
  port_ = ntohs(address.sin_port);
}

peer::~peer() {
  hang_up();
  ::close(listener_);
}

std::string peer::address() const { return "127.0.0.1:" + std::to_string(port_); }

void peer::give_up_later() { give_up_at_ = clock::now() + std::chrono::seconds(8); }

void peer::greet(std::string_view greeting) {
  give_up_later();
  most_connections_ = 1;
  while (connections_.empty()) wait();
  say(connections_[0].fd, greeting, 0);
}

void peer::serve(const script& what, std::size_t connections) {
  script_ = &what;
  give_up_later();
  most_connections_ = connections + most_reconnections;
  while (connections_.size() < connections) wait();
  while (any_open(1)) wait();
  say(connections_[0].fd, what.first, what.pieces);
  end(connections_[0], what.ending);
  while (what.ending == ending::orderly && any_open(0)) wait();
  if (what.is_over && what.ending != ending::none) wait_for_reconnections(what);
}

void peer::wait_for_reconnections(const script& what) {
  most_connections_ = connections_.size() + most_reconnections;
  while ((connections_.size() < most_connections_ || any_open(1)) && !what.is_over()) wait();
}

bool peer::any_open(std::size_t from) const {
  return std::any_of(connections_.begin() + static_cast<std::ptrdiff_t>(from), connections_.end(),
                     [](const pollfd& each) { return each.fd >= 0; });
}

void peer::end(pollfd& connection, ending how) {
  if (how == ending::orderly) ::shutdown(connection.fd, SHUT_WR);
  if (how == ending::reset) {
    const linger at_once{1, 0};
    ::setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(connection.fd, -1));
  }
}

void peer::accept() {
  const int made = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (made < 0) return;
  const int yes = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  connections_.push_back({made, POLLIN, 0});
  if (connections_.size() == 1) return;
  say(made, script_->others, script_->pieces);
  end(connections_.back(), ending::orderly);
}

void peer::wait() {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(give_up_at_ - clock::now());
  expect(left.count() > 0, "the client connects, reads on, and hangs up when its peer does");
  auto polled = connections_;
  const bool is_full = connections_.size() >= most_connections_;
  polled.push_back({is_full ? -1 : listener_, POLLIN, 0});
  // No descriptor tells that a client has ended: that is looked at every millisecond.
  const int slice = script_ != nullptr && script_->is_over ? 1 : static_cast<int>(left.count());
  ::poll(polled.data(), polled.size(), slice);
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (polled[i].revents == 0) continue;
    std::array<char, 4096> heard;  // whatever it asks, the answer stands in the script
    if (::recv(polled[i].fd, heard.data(), heard.size(), MSG_DONTWAIT) <= 0) {
      ::close(std::exchange(connections_[i].fd, -1));
    }
  }
  if (polled.back().revents != 0) accept();
}

void peer::hang_up() {
  for (pollfd& each : connections_) {
    if (each.fd >= 0) end(each, ending::reset);
  }
  connections_.clear();
  script_ = nullptr;
  for (int late = 0; late >= 0;) {  // of a connection that the client made and gave up
    late = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (late >= 0) ::close(late);
  }
}

}  // namespace serf::fuzz
