#include "client/session_recorder.hpp"

#include <pthread.h>

#include <condition_variable>
#include <cstddef>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "client/recording_file.hpp"
#include "vocabulary/blocked_signals.hpp"
#include "vocabulary/printable.hpp"

namespace serf {
namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// What may wait to be written: more than comes while a disk is merely busy.
constexpr std::size_t most_waiting = 64U << 20U;
constexpr auto longest_wait_at_the_end = 5s;

}  // namespace

struct session_recorder::shared {
  shared(const std::string& path_of_file, const std::string& auth_key, stopped_hook told)
      : path(path_of_file), stopped(std::move(told)), file(path_of_file), writer(auth_key) {}

  void run() noexcept;
  void write(const std::vector<session_note>& notes);
  void stop(const std::string& why);

  const std::string path;
  const clock::time_point started = clock::now();
  const stopped_hook stopped;

  std::mutex mutex;  // over these
  std::condition_variable changed;
  std::vector<session_note> waiting;
  std::size_t waiting_bytes = 0;
  std::uint64_t connections = 0;
  std::optional<clock::time_point> finished_at;
  bool overrun = false;  // or no memory for a note
  bool done = false;

  // The recorder's thread's own.
  recording_file file;
  session_writer writer;
  bool is_stopped = false;

  std::thread thread;
};

session_recorder::session_recorder(const std::string& path, const std::string& auth_key,
                                   stopped_hook stopped)
    : shared_(std::make_shared<shared>(path, auth_key, std::move(stopped))) {
  const blocked_signals blocked;  // among them the one for a file that grows too large
  shared_->thread = std::thread([shared = shared_] { shared->run(); });
}

session_recorder::~session_recorder() { finish(); }

session_recorder::turn session_recorder::take_turn() noexcept { return turn(shared_->mutex); }

std::uint64_t session_recorder::next_connection(const turn&) noexcept {
  return ++shared_->connections;
}

void session_recorder::note(const turn&, std::uint64_t connection, session_note::kind what,
                            std::string_view text) noexcept {
  shared& to = *shared_;
  if (to.finished_at || to.overrun) return;
  try {
    if (to.waiting_bytes + text.size() > most_waiting) {
      to.overrun = true;
    } else {
      to.waiting.push_back({clock::now() - to.started, connection, what, std::string(text)});
      to.waiting_bytes += sizeof(session_note) + text.size();
    }
  } catch (const std::bad_alloc&) {
    to.overrun = true;
  }
  to.changed.notify_all();
}

void session_recorder::finish() noexcept {
  turn mine(shared_->mutex);
  if (shared_->finished_at) return;
  shared_->finished_at = clock::now();
  shared_->changed.notify_all();
  const bool done =
      shared_->changed.wait_for(mine, longest_wait_at_the_end, [this] { return shared_->done; });
  mine.unlock();
  done ? shared_->thread.join() : shared_->thread.detach();
}

void session_recorder::abandon() noexcept { shared_->file.abandon(); }

void session_recorder::shared::run() noexcept {
  ::pthread_setname_np(::pthread_self(), "serf-record");
  try {
    if (const auto error = file.write(writer.begin())) stop(error.message());
    bool last = false;
    while (!last) {
      std::vector<session_note> notes;
      bool lost_some = false;
      {
        turn mine(mutex);
        changed.wait(mine, [this] { return !waiting.empty() || overrun || finished_at; });
        notes.swap(waiting);
        waiting_bytes = 0;
        lost_some = overrun;
        last = overrun || finished_at;
      }
      write(notes);
      if (lost_some) stop("it is written more slowly than the agent speaks");
    }
    if (!is_stopped) {
      if (const auto error = file.write(writer.end(*finished_at - started))) stop(error.message());
    }
  } catch (const std::exception& error) {
    stop(error.what());
  }
  const turn mine(mutex);
  overrun = true;
  done = true;
  changed.notify_all();
}

// Line by line into one write: what is in the file ends with a line, unless the disk is full.
void session_recorder::shared::write(const std::vector<session_note>& notes) {
  constexpr std::size_t enough = 256U << 10U;
  std::string text;
  for (const auto& note : notes) {
    if (is_stopped) return;
    text += writer.line_of(note);
    if (text.size() < enough && &note != &notes.back()) continue;
    if (const auto error = file.write(text)) stop(error.message());
    text.clear();
  }
}

void session_recorder::shared::stop(const std::string& why) {
  if (std::exchange(is_stopped, true)) return;
  {
    const turn mine(mutex);
    overrun = true;
  }
  try {
    stopped("the recording to " + in_quotes(path) + " has stopped: " + why);
  } catch (...) {
    // No memory to say so.
  }
}

}  // namespace serf
