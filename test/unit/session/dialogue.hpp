// A conversation without a connection: what an agent says is bytes, time is a number, and each call
// notes how it ended.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/reader.hpp"
#include "session/conversation.hpp"

namespace serf::session {

struct outcome {
  std::string name;
  std::optional<failure> why;  // none: answered
  std::string body;

  bool answered() const { return !why; }
  errc code() const { return why ? why->code : errc{}; }
};

class noting_call final : public call {
 public:
  noting_call(std::string name, std::vector<outcome>& outcomes)
      : name_(std::move(name)), outcomes_(outcomes) {}
  void answered(std::string_view body) override {
    outcomes_.push_back({name_, std::nullopt, std::string(body)});
  }
  void failed(failure why, std::string_view body) override {
    outcomes_.push_back({name_, std::move(why), std::string(body)});
  }

 private:
  std::string name_;
  std::vector<outcome>& outcomes_;
};

// Takes records, and notes them.
class noting_subscriber final : public subscriber {
 public:
  // After so many records no more is wanted.
  explicit noting_subscriber(std::size_t most = 1000) : most_(most) {}

  bool record(std::string_view body) override {
    records.emplace_back(body);
    return records.size() < most_;
  }
  void flush() override {}
  void expired() override { ++expiries; }
  void ended(const failure& why) override { end = why; }

  std::vector<std::string> records;
  int expiries = 0;
  std::optional<failure> end;

 private:
  const std::size_t most_;
};

// {"Error": error, "Seq": seq} as agents write it.
inline std::string header(std::uint64_t seq, const std::string& error = "") {
  std::string bytes =
      "\x82\xa5"
      "Error";
  if (error.size() < 32) {
    bytes += static_cast<char>(0xa0 + error.size());
  } else {
    bytes += {'\xd9', static_cast<char>(error.size())};
  }
  bytes += error +
           "\xa3"
           "Seq\xcf";
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(seq >> shift & 0xffU);
  return bytes;
}

// {"Num": n}, n < 128.
inline std::string num(int n) {
  return std::string(
             "\x81\xa3"
             "Num") +
         static_cast<char>(n);
}
inline std::string no_members() {
  return "\x81\xa7"
         "Members\x90";
}

class dialogue {
 public:
  explicit dialogue(conversation_settings settings = with_agent({})) : talk(std::move(settings)) {}

  static conversation_settings with_agent(conversation_settings settings) {
    settings.agent = "127.0.0.1:7373";
    return settings;
  }
  static conversation_settings with_key(std::string key) {
    auto settings = with_agent({});
    settings.auth_key = std::move(key);
    return settings;
  }

  // The call's outcome bears `name`.
  void submit(const std::string& name, std::optional<protocol::request> request,
              std::chrono::nanoseconds timeout = std::chrono::seconds(10), bool fail_fast = false) {
    ++submitted;
    talk.submit({std::move(request), timeout, now + timeout, fail_fast},
                std::make_unique<noting_call>(name, outcomes), now)
        .run();
  }

  // The same of a request that has records.
  std::shared_ptr<noting_subscriber> subscribe(
      const std::string& name, protocol::request request, std::size_t most = 1000,
      std::chrono::nanoseconds timeout = std::chrono::seconds(10)) {
    auto taker = std::make_shared<noting_subscriber>(most);
    wish what{std::move(request), timeout, now + timeout, false, {}, taker};
    talk.submit(std::move(what), std::make_unique<noting_call>(name, outcomes), now).run();
    return taker;
  }

  void connect() { talk.connected(now + std::chrono::seconds(5), std::chrono::seconds(5)); }
  void open() {
    connect();
    hear(header(0));
    sent();
  }

  // The agent says so, whatever piece of a message it is.
  void hear(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const auto space = reader_.prepare();
      const auto count = std::min(space.size, bytes.size() - at);
      std::memcpy(space.data, bytes.data() + at, count);
      reader_.commit(count);
      at += count;
      while (!broken && take_message()) {
      }
    }
  }

  void pass(std::chrono::nanoseconds time) {
    now += time;
    conversation::step next;
    talk.on_time(now, next);
    follow(std::move(next), {});
  }

  void lose(failure why = {errc::connection_lost, "the connection was cut"}) {
    std::vector<completion> failed;
    talk.end(why, failed);
    for (auto& each : failed) each.run();
    for (const auto& each : talk.take_subscribers()) each->ended(talk.ending());
  }

  // What is to be sent since the last time.
  std::string sent() {
    std::string bytes(talk.out().unsent());
    talk.out().consume(bytes.size());
    return bytes;
  }

  std::vector<outcome> of(const std::string& name) const {
    std::vector<outcome> found;
    std::copy_if(outcomes.begin(), outcomes.end(), std::back_inserter(found),
                 [&](const outcome& each) { return each.name == name; });
    return found;
  }
  // The only outcome of that name; one named "none or several" where it is not the only one.
  outcome only(const std::string& name) const {
    const auto found = of(name);
    return found.size() == 1 ? found.front() : outcome{"none or several", {}, {}};
  }

  time_point now{};
  conversation talk;
  std::vector<outcome> outcomes;
  std::optional<failure> broken;
  int opened = 0;
  int submitted = 0;
  int swallowed = 0;  // records that were for nobody

 private:
  bool take_message() {
    using status = protocol::reader::status;
    std::string_view body;
    protocol::header next;
    const status read = body_follows_ ? reader_.next_body(body) : reader_.next_header(next);
    if (read == status::violation) broken = failure(reader_.flaw_code(), reader_.flaw());
    if (read != status::ready) return false;
    if (body_follows_ && record_.is_record) {
      body_follows_ = record_.is_record = false;
      if (!record_.takers) ++swallowed;
      for (const auto& each : record_.takers ? *record_.takers : nobody_) {
        if (!each->record(body)) talk.leave(*each, now);
      }
      return true;
    }
    conversation::step step;
    body_follows_ ? talk.on_body(step) : talk.on_header(next, step);
    body_follows_ = step.body_follows;
    if (step.is_record) {
      record_ = std::move(step);
    } else {
      follow(std::move(step), body);
    }
    return true;
  }

  void follow(conversation::step step, std::string_view body) {
    opened += step.opened ? 1 : 0;
    step.done.run(body);
    for (auto& each : step.also_done) each.run();
    for (const auto& takers : step.expired) {
      for (const auto& each : *takers) each->expired();
    }
    if (step.broken) broken = std::move(step.broken);
  }

  protocol::reader reader_;
  bool body_follows_ = false;
  conversation::step record_;
  const std::vector<std::shared_ptr<subscriber>> nobody_;
};

}  // namespace serf::session
