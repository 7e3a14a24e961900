// Has an Asio, a spdlog and a msgpack of its own, and uses them while the client uses its:
// own_libraries <address>. Where OTHER_SETTINGS is defined, they are set up unlike the client's, so
// that nothing of them may be shared.
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <msgpack.hpp>

#include <array>
#include <atomic>
#include <map>
#include <sstream>
#include <string>
#include <thread>

#include <serf/client.hpp>
#include <serf/spdlog_sink.hpp>

#include "guest.hpp"

#if defined(OTHER_SETTINGS) && (defined(ASIO_HAS_EPOLL) || defined(SPDLOG_COMPILED_LIB))
#error "the settings are the client's"
#endif

namespace {

using namespace std::chrono_literals;
using guest::expect;

// Its own Asio: packs of bytes go round by a socket, beside a timer.
class echo {
 public:
  echo()
      : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}), near_(io_), far_(io_), timer_(io_) {
    near_.connect(acceptor_.local_endpoint());
    acceptor_.accept(far_);
    tick();
    answer();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~echo() {
    io_.stop();
    thread_.join();
  }

  std::string round(const std::string& bytes) {
    asio::write(near_, asio::buffer(bytes));
    std::string back(bytes.size(), ' ');
    asio::read(near_, asio::buffer(back));
    return back;
  }
  int ticks() const { return ticks_; }

 private:
  void tick() {
    timer_.expires_after(1ms);
    timer_.async_wait([this](std::error_code error) {
      ++ticks_;
      if (!error) tick();
    });
  }
  void answer() {
    far_.async_read_some(asio::buffer(buffer_), [this](std::error_code error, std::size_t size) {
      if (error) return;
      asio::write(far_, asio::buffer(buffer_, size));
      answer();
    });
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_;
  asio::ip::tcp::socket near_, far_;
  asio::steady_timer timer_;
  std::array<char, 4096> buffer_{};
  std::atomic<int> ticks_{0};
  std::thread thread_;
};

std::string packed(const std::map<std::string, int>& what) {
  msgpack::sbuffer out;
  msgpack::pack(out, what);
  return {out.data(), out.size()};
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 2, "one argument");
  std::ostringstream lines;
  const auto logger = std::make_shared<spdlog::logger>(
      "application", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines));
  spdlog::register_logger(logger);
  logger->set_level(spdlog::level::debug);

  {
    echo own;
    serf::client client{
        serf::client_options(arguments[1]).log(serf::spdlog_sink(logger), serf::log_level::debug)};
    auto stream = client.stream("user").get();
    const auto handled = client.subscribe(
        "user", [&](const serf::event&) { spdlog::get("application")->info("handled"); });
    for (int i = 0; i < 200; ++i) {
      const std::map<std::string, int> sent{{"round", i}, {"of", 200}};
      client.event("deploy", own.round(packed(sent))).get();
      const auto came = stream.next_for(10s);
      expect(came.has_value(), "the event comes back");
      const std::string payload = std::get<serf::user_event>(*came).payload;
      const auto unpacked = msgpack::unpack(payload.data(), payload.size());
      const auto got = unpacked.get().as<std::map<std::string, int>>();
      expect(got == sent, "with what was packed");
      expect(!client.members().get().empty(), "members, meanwhile");
    }
    expect(own.ticks() > 0, "the application's timer ticks");
  }
  expect(spdlog::get("application") == logger, "the application's registry is its own");
  const std::string all = lines.str();
  expect(all.find("connecting to") != std::string::npos, "the client's log came to it");
  expect(all.find("handled") != std::string::npos, "and the application's own lines");
  return 0;
}
