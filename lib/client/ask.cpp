#include "client/ask.hpp"

#include <algorithm>
#include <utility>

#include "protocol/decode.hpp"

namespace serf {

namespace {

// Of one query's answers. An agent that sends more is not one.
constexpr std::size_t most_bytes = std::size_t{64} << 20U;

}  // namespace

query_gathering::query_gathering(const query_request& asked, stream_names names)
    : names_(std::move(names)),
      asked_(asked.nodes().begin(), asked.nodes().end()),
      acks_wanted_(asked.request_ack()),
      silent_(asked_),
      unacknowledged_(asked_) {}

bool query_gathering::record(std::string_view body) {
  protocol::query_record record;
  using kind = decltype(record.kind);
  if (auto flaw = protocol::decode_query_record(body, record)) {
    fail(session::protocol_broken(errc::protocol_violation,
                                  "sent a record that cannot be read: " + *flaw, names_.agent));
    return true;
  }
  if (record.kind == kind::done) {
    end(query_end::done);
    return false;
  }
  // Without a sender it is noise, which agents make shortly before the done.
  if (!told_ || record.from.empty() || record.kind == kind::unknown) return true;
  bytes_ += body.size() + sizeof(query_response);
  if (bytes_ > most_bytes) {
    fail(session::protocol_broken(errc::limit_exceeded,
                                  "sent more answers than " + std::to_string(most_bytes) +
                                      " bytes hold; query() takes them one by one",
                                  names_.agent));
    return true;
  }
  if (record.kind == kind::ack) {
    unacknowledged_.erase(record.from);
    result_.acks.push_back({std::move(record.from)});
  } else {
    silent_.erase(record.from);
    result_.responses.push_back({std::move(record.from), std::move(record.payload)});
  }
  if (all_answered()) end(query_end::all_answered);
  return true;
}

bool query_gathering::all_answered() const {
  return !asked_.empty() && silent_.empty() && (!acks_wanted_ || unacknowledged_.empty());
}

void query_gathering::ended(const failure& why) {
  if (why.code == errc::client_closed) {
    fail(session::for_call(why, names_.command, sent::maybe));
  } else {
    result_.failure = session::for_call(why, names_.command, sent::maybe);
    end(query_end::lost);
  }
}

void query_gathering::end(query_end how) {
  if (!told_) return;
  result_.ended = how;
  std::exchange(told_, nullptr)->give(std::move(result_));
}

void query_gathering::fail(failure why) {
  if (told_) std::exchange(told_, nullptr)->give(std::move(why));
}

asking::~asking() {
  if (!told_) failed({errc::client_closed, "the client is closed"}, {});
}

void asking::answered(std::string_view) {
  told_ = true;
  const auto end = session::after(std::chrono::steady_clock::now(), life_);
  if (const auto over = over_.lock()) over->expire_at(*gathering_, std::min(end, latest_));
}

void asking::failed(failure why, std::string_view) {
  told_ = true;
  gathering_->fail(std::move(why));
}

}  // namespace serf
