#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "client/session_writer.hpp"

namespace serf {

// Writes down what a client's connections send and receive.
//
// Whoever notes something only copies it, under a lock that is never held while anything is
// written. A thread of its own writes, "serf-record", which only recording clients have: a disk may
// take its time, which neither callers nor the I/O thread can wait for, and the delivery thread may
// be held up by the very handler that ends the process, with all that led to it unwritten.
class session_recorder {
 public:
  // Holds off all other notes. Taken around sending, since the answer may be there before the
  // sender has noted what it sent.
  using turn = std::unique_lock<std::mutex>;
  using stopped_hook = std::function<void(const std::string& why)>;

  // std::invalid_argument: the file cannot be opened. `stopped` is told, on the recorder's thread
  // and once, that nothing more is recorded: the disk is full, or too slow.
  session_recorder(const std::string& path, const std::string& auth_key, stopped_hook stopped);
  ~session_recorder();  // finish()
  session_recorder(const session_recorder&) = delete;
  session_recorder& operator=(const session_recorder&) = delete;

  // Any thread. None of these throws or waits for the disk.
  turn take_turn() noexcept;
  std::uint64_t next_connection(const turn& mine) noexcept;  // its number
  void note(const turn& mine, std::uint64_t connection, session_note::kind what,
            std::string_view text) noexcept;

  // All that was noted is in the file, and its end; nothing is noted any more. Waits for a disk
  // that hangs no longer than some seconds.
  void finish() noexcept;

  // In a forked child only: closes the file there, which the parent goes on to write, and touches
  // no lock. Nothing else may be called afterwards.
  void abandon() noexcept;

 private:
  struct shared;

  const std::shared_ptr<shared> shared_;  // with its thread, which may have to be left behind
};

}  // namespace serf
