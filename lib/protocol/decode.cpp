#include "protocol/decode.hpp"

#include <charconv>
#include <cstdint>
#include <map>
#include <utility>

#include "protocol/shape_visitor.hpp"
#include "vocabulary/query_answer.hpp"

namespace serf::protocol {

// In the order in which agents send the keys: each is then found at the first look.
constexpr field member_fields[] = {
    at<&member::address>("Addr", presence::optional, address_shape),
    at<&member::delegate_cur>("DelegateCur"),
    at<&member::delegate_max>("DelegateMax"),
    at<&member::delegate_min>("DelegateMin"),
    at<&member::name>("Name", presence::required),
    at<&member::port>("Port"),
    at<&member::protocol_cur>("ProtocolCur"),
    at<&member::protocol_max>("ProtocolMax"),
    at<&member::protocol_min>("ProtocolMin"),
    at<&member::status>("Status"),
    at<&member::tags>("Tags"),
};
template <>
inline constexpr shape shape_of<member> = record_of<member>(member_fields);

constexpr field coordinate_fields[] = {
    at<&coordinate::adjustment>("Adjustment"),
    at<&coordinate::error>("Error"),
    at<&coordinate::height>("Height"),
    at<&coordinate::vec>("Vec"),
};
template <>
inline constexpr shape shape_of<coordinate> = record_of<coordinate>(coordinate_fields);

namespace {

constexpr field members_fields[] = {alone<std::vector<member>>("Members")};
constexpr shape members_shape = record_of<std::vector<member>>(members_fields);

constexpr field join_fields[] = {alone<int>("Num")};
constexpr shape join_shape = record_of<int>(join_fields);

constexpr field log_fields[] = {alone<std::string>("Log")};
constexpr shape log_shape = record_of<std::string>(log_fields);

constexpr field key_fields[] = {
    at<&key_report::keys>("Keys"),         at<&key_report::messages>("Messages"),
    at<&key_report::errors>("NumErr"),     at<&key_report::nodes>("NumNodes", presence::required),
    at<&key_report::responses>("NumResp"),
};
constexpr shape keys_shape = record_of<key_report>(key_fields);

struct coordinate_reply {
  coordinate coord;
  bool ok = false;
};
constexpr field coordinate_reply_fields[] = {
    at<&coordinate_reply::coord>("Coord"),
    at<&coordinate_reply::ok>("Ok", presence::required),
};
constexpr shape coordinate_reply_shape = record_of<coordinate_reply>(coordinate_reply_fields);

struct event_record {  // of all kinds
  std::string_view event;
  std::string name, payload;
  std::uint64_t ltime = 0, id = 0;
  bool coalesce = false;
  std::vector<member> members;
};
constexpr field event_fields[] = {
    at<&event_record::coalesce>("Coalesce"),
    at<&event_record::event>("Event", presence::required),
    at<&event_record::id>("ID"),
    at<&event_record::ltime>("LTime"),
    at<&event_record::members>("Members"),
    at<&event_record::name>("Name"),
    at<&event_record::payload>("Payload"),
};
constexpr shape event_shape = record_of<event_record>(event_fields);

std::optional<member_event_kind> member_kind(std::string_view event) {
  if (event == "member-join") return member_event_kind::join;
  if (event == "member-leave") return member_event_kind::leave;
  if (event == "member-failed") return member_event_kind::failed;
  if (event == "member-update") return member_event_kind::update;
  if (event == "member-reap") return member_event_kind::reap;
  return std::nullopt;
}

struct query_reply {
  std::string_view type;
  std::string from, payload;
};
constexpr field query_fields[] = {
    at<&query_reply::from>("From"),
    at<&query_reply::payload>("Payload"),
    at<&query_reply::type>("Type", presence::required),
};
constexpr shape query_shape = record_of<query_reply>(query_fields);

enum query_record::kind query_kind(std::string_view type) {
  if (type == "ack") return query_record::kind::ack;
  if (type == "response") return query_record::kind::response;
  if (type == "done") return query_record::kind::done;
  return query_record::kind::unknown;
}

// All that stats says is text, numbers too.
class stats_section {
 public:
  stats_section(const agent_stats& stats, const char* name) {
    const auto at = stats.sections.find(name);
    if (at != stats.sections.end()) section_ = &at->second;
  }

  std::string text(const char* key) const {
    const auto* found = find(key);
    return found ? *found : std::string();
  }

  template <class Number>
  void number(const char* key, Number& into) const {
    const auto* found = find(key);
    if (!found) return;
    Number value{};
    const char* const end = found->data() + found->size();
    const auto read = std::from_chars(found->data(), end, value);
    if (read.ec == std::errc() && read.ptr == end) into = value;
  }

 private:
  const std::string* find(const char* key) const {
    if (!section_) return nullptr;
    const auto at = section_->find(key);
    return at == section_->end() ? nullptr : &at->second;
  }

  const std::map<std::string, std::string>* section_ = nullptr;
};

void fill_in(agent_stats& stats) {
  stats.node_name = stats_section(stats, "agent").text("name");
  const auto tags = stats.sections.find("tags");
  if (tags != stats.sections.end()) {
    stats.tags =
        tag_map(std::vector<tag_map::value_type>(tags->second.begin(), tags->second.end()));
  }
  const stats_section runtime(stats, "runtime");
  stats.arch = runtime.text("arch");
  stats.os = runtime.text("os");
  stats.go_version = runtime.text("version");
  runtime.number("cpu_count", stats.cpu_count);
  runtime.number("goroutines", stats.goroutines);
  runtime.number("max_procs", stats.max_procs);
  const stats_section serf(stats, "serf");
  serf.number("members", stats.members);
  serf.number("failed", stats.failed);
  serf.number("left", stats.left);
  serf.number("health_score", stats.health_score);
  serf.number("event_time", stats.event_time);
  serf.number("member_time", stats.member_time);
  serf.number("query_time", stats.query_time);
  serf.number("event_queue", stats.event_queue);
  serf.number("intent_queue", stats.intent_queue);
  serf.number("query_queue", stats.query_queue);
  serf.number("coordinate_resets", stats.coordinate_resets);
  stats.encrypted = serf.text("encrypted") == "true";
}

}  // namespace

flaw decode_members(std::string_view body, std::vector<member>& into,
                    const std::atomic<bool>* given_up) {
  return read_shape(body, "members", members_shape, into, given_up);
}

flaw decode_join(std::string_view body, int& nodes_joined, const std::atomic<bool>* given_up) {
  return read_shape(body, "join", join_shape, nodes_joined, given_up);
}

flaw decode_keys(std::string_view body, key_report& into, const std::atomic<bool>* given_up) {
  into = {};
  return read_shape(body, "key command", keys_shape, into, given_up);
}

flaw decode_stats(std::string_view body, agent_stats& into, const std::atomic<bool>* given_up) {
  into = {};
  if (auto wrong =
          read_shape(body, "stats", shape_of<decltype(into.sections)>, into.sections, given_up)) {
    return wrong;
  }
  fill_in(into);
  return std::nullopt;
}

flaw decode_coordinate(std::string_view body, std::optional<coordinate>& into,
                       const std::atomic<bool>* given_up) {
  into.reset();
  coordinate_reply reply;
  if (auto wrong = read_shape(body, "get-coordinate", coordinate_reply_shape, reply, given_up)) {
    return wrong;
  }
  if (reply.ok) into = std::move(reply.coord);
  return std::nullopt;
}

flaw decode_event(std::string_view body, serf::event& into) {
  event_record record;
  if (auto wrong = read_shape(body, "event", event_shape, record)) return wrong;
  if (record.event == "user") {
    auto& user = into.emplace<user_event>();
    user.name = std::move(record.name);
    user.payload = std::move(record.payload);
    user.ltime = record.ltime;
    user.coalesce = record.coalesce;
  } else if (record.event == "query") {
    auto& query = into.emplace<query_event>();
    query.name = std::move(record.name);
    query.payload = std::move(record.payload);
    query.ltime = record.ltime;
    query_answer::set_id(query, record.id);
  } else if (const auto kind = member_kind(record.event)) {
    into = member_event{*kind, std::move(record.members)};
  } else {
    into = unknown_event{std::string(record.event)};
  }
  return std::nullopt;
}

flaw decode_log(std::string_view body, std::string& line) {
  return read_shape(body, "log", log_shape, line);
}

flaw decode_query_record(std::string_view body, query_record& into) {
  query_reply reply;
  if (auto wrong = read_shape(body, "query", query_shape, reply)) return wrong;
  into = {query_kind(reply.type), std::move(reply.from), std::move(reply.payload)};
  return std::nullopt;
}

}  // namespace serf::protocol
