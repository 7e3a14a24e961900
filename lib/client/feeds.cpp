#include "client/feeds.hpp"

#include "client/right_to_respond.hpp"
#include "protocol/decode.hpp"
#include "protocol/log_text.hpp"
#include "vocabulary/printable.hpp"
#include "vocabulary/query_answer.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;

constexpr int longest_backlog = 512;  // lines that an agent keeps

}  // namespace

stream_end end_of(failure why) {
  const bool refused = !why.agent_text.empty() || why.code == errc::expression_refused ||
                       why.code == errc::invalid_argument;
  const auto state = refused                           ? stream_state::rejected
                     : why.code == errc::client_closed ? stream_state::closed
                                                       : stream_state::lost;
  return {state, std::move(why)};
}

event_feed::verdict event_feed::read(std::string_view body, event& into,
                                     std::optional<std::string>& flaw) {
  flaw = protocol::decode_event(body, into);
  if (auto* const query = std::get_if<query_event>(&into); query != nullptr && !flaw) {
    const auto over = over_.lock();
    query_answer::bind(
        *query, std::make_shared<right_to_respond>(over, over ? over->losses() : 0, *query, names(),
                                                   respond_timeout_));
  }
  return verdict::keep;
}

void log_feed::opened(const std::string& local_address) {
  const bool is_noted = level_ <= log_level::info && !local_address.empty();
  if (is_noted) accepted_ = "Accepted client: " + local_address;
  backlog_left_ = longest_backlog;
  backlog_until_ = clock::now() + (is_noted ? 2000ms : 200ms);
}

log_feed::verdict log_feed::read(std::string_view body, log_entry& into,
                                 std::optional<std::string>& flaw) {
  std::string raw;
  flaw = protocol::decode_log(body, raw);
  if (flaw) return verdict::skip;
  log_line line = protocol::parse_log_line(std::move(raw));
  line.backlog = is_backlog(line);
  into = std::move(line);
  return verdict::keep;
}

bool log_feed::is_backlog(const log_line& line) {
  if (backlog_left_ == 0) return false;
  if (clock::now() >= backlog_until_) {
    backlog_left_ = 0;
    return false;
  }
  --backlog_left_;
  if (!accepted_.empty() && line.text == accepted_) backlog_left_ = 0;
  return true;
}

query_feed::verdict query_feed::read(std::string_view body, query_reply& into,
                                     std::optional<std::string>& flaw) {
  protocol::query_record record;
  using kind = decltype(record.kind);
  flaw = protocol::decode_query_record(body, record);
  if (flaw) return verdict::skip;
  if (record.kind == kind::done) return verdict::done;
  // Agents now and then send acks and responses of nobody, shortly before the done.
  if (record.from.empty() || record.kind == kind::unknown) return verdict::skip;
  if (record.kind == kind::ack) {
    into = query_ack{std::move(record.from)};
  } else {
    into = query_response{std::move(record.from), std::move(record.payload)};
  }
  return verdict::keep;
}

void query_feed::expired() {
  failure why(errc::timed_out, "the Serf agent at " + names().agent + " did not close the query " +
                                   in_quotes(query_) + " in time");
  why.command = names().command;
  why.sent = sent::maybe;
  finish({stream_state::lost, std::move(why)});
}

}  // namespace serf
