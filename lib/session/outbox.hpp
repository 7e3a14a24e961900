#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace serf::session {

// Bytes on their way to the agent: requests are appended behind, what the socket took is removed
// in front.
class outbox {
 public:
  std::string& tail() noexcept { return bytes_; }  // append only
  std::string_view unsent() const noexcept { return std::string_view(bytes_).substr(sent_); }
  bool empty() const noexcept { return sent_ == bytes_.size(); }
  // Positions in all the bytes there ever were: of the first unsent one, and of the next appended.
  std::uint64_t begin() const noexcept { return erased_ + sent_; }
  std::uint64_t end() const noexcept { return erased_ + bytes_.size(); }

  void consume(std::size_t count) {
    sent_ += count;
    if (sent_ == bytes_.size()) {
      clear();
    } else if (sent_ >= bytes_.size() / 2 && sent_ >= large) {
      bytes_.erase(0, sent_);
      erased_ += sent_;
      sent_ = 0;
    }
  }

  // Takes back what was appended from that position on, of which nothing has been consumed.
  void cut_back(std::uint64_t position) noexcept {
    bytes_.resize(static_cast<std::size_t>(position - erased_));
  }

  void clear() {
    erased_ += bytes_.size();
    sent_ = 0;
    bytes_.clear();
    if (bytes_.capacity() > large) bytes_.shrink_to_fit();
  }

 private:
  static constexpr std::size_t large = 256U << 10U;
  std::string bytes_;
  std::size_t sent_ = 0;
  std::uint64_t erased_ = 0;
};

}  // namespace serf::session
