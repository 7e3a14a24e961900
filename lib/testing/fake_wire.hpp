// One accepted socket of a fake agent with its buffers, and what can be wrong with it. Belongs to
// the fake agent's thread, or to who holds its lock: all but read(), write() and end_now() only
// touch buffers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace serf::testing {

enum class fake_end { none, close, reset };  // FIN, RST

class fake_wire {
 public:
  using clock = std::chrono::steady_clock;

  explicit fake_wire(int descriptor);  // a non-blocking socket, owned from here on
  ~fake_wire();
  fake_wire(const fake_wire&) = delete;
  fake_wire& operator=(const fake_wire&) = delete;

  int descriptor() const { return descriptor_; }
  bool ended() const { return descriptor_ < 0; }

  // What has arrived and is not consumed yet.
  std::string_view unread() const { return std::string_view(in_).substr(consumed_); }
  void consume(std::size_t bytes);
  std::size_t read();  // what the kernel holds, within reason; how many bytes that was
  bool at_end() const { return at_end_; }

  void send(std::string_view bytes);  // nothing once muted or ending
  void mute() { muted_ = true; }      // what is sent from here on is lost
  bool unsent() const { return sent_ < out_.size(); }
  // How much was ever sent, and how much of that the kernel has taken.
  std::uint64_t queued_total() const { return written_total_ + (out_.size() - sent_); }
  std::uint64_t written_total() const { return written_total_; }
  bool congested() const;  // so much is unsent that agents would stop to answer
  // One byte per write, and a pause behind each; nullptr: all at once.
  void write(const std::chrono::milliseconds* pause);
  // What the kernel takes right now, by whoever holds the lock: an error is left to write().
  void write_ahead();
  clock::time_point next_write() const { return next_write_; }

  // `at` the earliest.
  void end_after_sending(fake_end how, clock::time_point at = {});
  fake_end ending() const { return ending_; }
  bool due_to_end() const {
    return ending_ != fake_end::none && !unsent() && clock::now() >= earliest_end_;
  }
  clock::time_point earliest_end() const { return earliest_end_; }
  void end_now(fake_end how);

 private:
  int descriptor_;
  std::string in_, out_;
  std::size_t consumed_ = 0, sent_ = 0;
  std::uint64_t written_total_ = 0;
  bool at_end_ = false;
  bool muted_ = false;
  fake_end ending_ = fake_end::none;
  clock::time_point next_write_, earliest_end_;
};

}  // namespace serf::testing
