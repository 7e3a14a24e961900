// Answers a query for as long as it runs: with this machine's load average, or as it is told to.
//
//   5_answer [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--name QUERY] [--response TEXT]
//            [--slow MILLISECONDS] [--count N]
//
// Shows: a responder that returns its response; one that responds itself and waits for the agent's
// verdict (--count); and responders on threads of one's own, where answering takes long (--slow).

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>

namespace {

std::string load_average() {
  double load = 0;
  return ::getloadavg(&load, 1) == 1 ? std::to_string(load) : "unknown";
}

// What an application has already: threads that take jobs. run() neither waits nor runs the job.
class thread_pool {
 public:
  explicit thread_pool(int threads) {
    while (threads-- > 0) threads_.push_back(std::async(std::launch::async, [this] { work(); }));
  }
  ~thread_pool() { run(nullptr); }  // and waits until all is done
  void run(std::function<void()> job) {
    const std::lock_guard<std::mutex> lock(mutex_);
    jobs_.push_back(std::move(job));
    wake_.notify_one();
  }

 private:
  void work() {
    for (std::unique_lock<std::mutex> lock(mutex_);; lock.lock()) {
      wake_.wait(lock, [this] { return !jobs_.empty(); });
      if (!jobs_.front()) return wake_.notify_one();  // stays, for the next thread to see
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::future<void>> threads_;  // last: destroyed, and waited for, first
};

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, name = "load", response;
  int slow = 0, count = 0, received = 0;

  CLI::App app("Answers a query of a Serf cluster.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--name", name, "which query");
  app.add_option("--response", response, "with this text, not the load average");
  app.add_option("--slow", slow, "take so many milliseconds, for up to four queries at a time");
  app.add_option("--count", count, "end after so many answers")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  sigset_t signals;  // blocked before any thread is started, and waited for below
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  std::atomic<int> answered{0}, status{0};
  const auto failed = [&](const std::string& why) {
    std::cerr << "5_answer: " + why + "\n", status = 1;
  };
  // The short form: what it returns is the response.
  const auto answer = [&](const serf::query_event& query) {
    std::cout << to_string(query) + "\n" << std::flush;  // in one go: several threads may do so
    if (slow > 0) std::this_thread::sleep_for(std::chrono::milliseconds(slow));  // hard work
    return response.empty() ? load_average() : response;
  };
  // The long one returns nothing: it responds, now or later, and get() throws if the agent says no.
  const auto answer_and_count = [&](const serf::query_event& query) {
    query.respond(answer(query)).get();
    if (++answered == count) ::kill(::getpid(), SIGTERM);  // main waits for signals
  };
  options.on_handler_failure([&](const serf::handler_failure& thrown) { failed(thrown.what); });

  try {
    thread_pool pool(slow > 0 ? 4 : 0);  // outlives the client, which hands it jobs to the last
    serf::client client(options);
    serf::answer_options how;
    how.on_failure([&](const serf::answer_failure& not_taken) { failed(not_taken.why.message); });
    const auto run = [&](std::function<void()> job) { pool.run(std::move(job)); };
    if (slow > 0) how.deliver(serf::delivery::on(run)).concurrency(4);
    auto answers =
        count > 0 ? client.answer(name, answer_and_count, how) : client.answer(name, answer, how);
    answers.ready().get();  // from here on queries are answered; or throws why not
    std::cerr << "5_answer: ready" << std::endl;
    const auto gone = client.on_connection([&](const serf::connection_event& now) {
      if (now.state != serf::connection_state::closed) return;
      failed(to_string(now));
      ::kill(::getpid(), SIGTERM);
    });
    sigwait(&signals, &received);
    return status;
  } catch (const std::exception& error) {  // serf::error, or std::invalid_argument
    std::cerr << "5_answer: " << error.what() << '\n';
  }
  return 1;
}
