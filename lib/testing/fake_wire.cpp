#include "testing/fake_wire.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace serf::testing {
namespace {

// A client that does not read makes agents stop reading at about this size.
constexpr std::size_t congestion = std::size_t{4} << 20;

// At once: other connections want their turn.
constexpr std::size_t most_read = std::size_t{256} << 10;

}  // namespace

fake_wire::fake_wire(int descriptor) : descriptor_(descriptor) {
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

fake_wire::~fake_wire() {
  if (!ended()) ::close(descriptor_);
}

void fake_wire::consume(std::size_t bytes) {
  consumed_ += bytes;
  if (consumed_ == in_.size()) {
    in_.clear();
    consumed_ = 0;
  } else if (consumed_ > in_.size() / 2) {
    in_.erase(0, consumed_);
    consumed_ = 0;
  }
}

std::size_t fake_wire::read() {
  std::size_t total = 0;
  char buffer[65536];
  while (!ended() && !at_end_ && total < most_read) {
    const auto got = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (got > 0) {
      in_.append(buffer, static_cast<std::size_t>(got));
      total += static_cast<std::size_t>(got);
      if (static_cast<std::size_t>(got) < sizeof buffer) break;
    } else if (got == 0) {
      at_end_ = true;
    } else {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) end_now(fake_end::close);
      break;
    }
  }
  return total;
}

void fake_wire::send(std::string_view bytes) {
  if (!ended() && !muted_ && ending_ == fake_end::none) out_ += bytes;
}

bool fake_wire::congested() const { return out_.size() - sent_ > congestion; }

void fake_wire::write(const std::chrono::milliseconds* pause) {
  while (!ended() && unsent()) {
    if (pause && clock::now() < next_write_) break;
    const auto size = pause ? 1 : out_.size() - sent_;
    const auto wrote = ::send(descriptor_, out_.data() + sent_, size, MSG_NOSIGNAL);
    if (wrote < 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) end_now(fake_end::close);
      break;
    }
    sent_ += static_cast<std::size_t>(wrote);
    written_total_ += static_cast<std::uint64_t>(wrote);
    if (pause) next_write_ = clock::now() + *pause;
  }
  if (!unsent() || sent_ > out_.size() / 2) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
}

void fake_wire::write_ahead() {
  while (!ended() && unsent()) {
    const auto wrote = ::send(descriptor_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (wrote < 0) break;
    sent_ += static_cast<std::size_t>(wrote);
    written_total_ += static_cast<std::uint64_t>(wrote);
  }
}

void fake_wire::end_after_sending(fake_end how, clock::time_point at) {
  if (ending_ != fake_end::none) return;
  ending_ = how;
  earliest_end_ = at;
}

void fake_wire::end_now(fake_end how) {
  if (ended()) return;
  if (how == fake_end::reset) {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(descriptor_);
  descriptor_ = -1;
  out_.clear();
  sent_ = 0;
}

}  // namespace serf::testing
