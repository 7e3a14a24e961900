// The thread that runs every link of a client.
#pragma once

#include <functional>
#include <memory>

#include "transport/link.hpp"

namespace serf::transport {

class io_thread {
 public:
  io_thread() = default;
  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;

  // Runs what was posted before, then stops and joins; posted later, a task is destroyed without
  // having run. Links get no events any more, and may outlive it. Waits for no name lookup.
  // On the I/O thread itself it does not join: the thread stops behind what was posted before, and
  // links that must hear nothing until then are closed first.
  virtual ~io_thread();

  // Any thread. `events` must live until the link is closed.
  virtual std::unique_ptr<link> make_link(link_events& events) = 0;

  // Any thread. Tasks run on the I/O thread, in the order in which they were posted. What a task
  // throws goes to the exception hook.
  virtual void post(std::function<void()> task) = 0;

  // In a forked child, once: closes the descriptors of all links and of the thread itself there,
  // by nothing but ::close(), and takes no lock. Nothing of this may be used afterwards, and it
  // must not be destroyed.
  virtual void abandon() noexcept = 0;

  // Any thread: is it the I/O thread?
  virtual bool is_current() const noexcept = 0;
};

// Called on the I/O thread with the text of an exception that a task or an event let out. What the
// hook itself throws is dropped.
using exception_hook = std::function<void(const char* what)>;

// Starts a thread named "serf-io" with the application's signals blocked; the caller's own mask is
// as it was when this returns or throws. Throws std::system_error when there is no thread or no
// descriptor left.
std::unique_ptr<io_thread> start_io_thread(exception_hook on_exception = {});

}  // namespace serf::transport
