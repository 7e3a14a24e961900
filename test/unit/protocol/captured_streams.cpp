#include <utility>

#include "unit/protocol/captured.hpp"
#include "vocabulary/query_answer.hpp"

namespace serf::protocol::test {
namespace {

serf::event user(std::string name, std::string payload, std::uint64_t ltime, bool coalesce) {
  return user_event{std::move(name), std::move(payload), ltime, coalesce};
}

serf::event asked(std::string name, std::string payload, std::uint64_t ltime, std::uint64_t id) {
  query_event query;
  query.name = std::move(name);
  query.payload = std::move(payload);
  query.ltime = ltime;
  query_answer::set_id(query, id);
  return query;
}

serf::event changed(member_event_kind kind, std::vector<member> members) {
  return member_event{kind, std::move(members)};
}

}  // namespace

std::vector<captured> captured_streams() {
  return {
      {"head.stream.session.bin",
       {{0, command::handshake}, {1, command::stream}},
       {ok(0), ok(1), reply(1, user("e", "", 43, false)),
        reply(1, user("e", std::string("\x00\xff", 2), 44, false)),
        reply(1, asked("q", "", 87, 1))}},
      {"query.relay.session.bin",
       {{0, command::handshake}, {1, command::query}},
       {ok(0), ok(1), reply(1, query_record{query_record::kind::ack, "n1", ""}),
        reply(1, query_record{query_record::kind::ack, "n2", ""}),
        reply(1, query_record{query_record::kind::ack, "n3", ""}),
        reply(1, query_record{query_record::kind::ack, "", ""}),
        reply(1, query_record{query_record::kind::ack, "", ""}),
        reply(1, query_record{query_record::kind::response, "", ""}),
        reply(1, query_record{query_record::kind::response, "", ""}),
        reply(1, query_record{query_record::kind::response, "", ""}),
        reply(1, query_record{query_record::kind::ack, "", ""}),
        reply(1, query_record{query_record::kind::done, "", ""})}},
      {"query.session.bin",
       {{0, command::handshake}, {1, command::query}},
       {ok(0), ok(1), reply(1, query_record{query_record::kind::ack, "n1", ""}),
        reply(1, query_record{query_record::kind::ack, "n3", ""}),
        reply(1, query_record{query_record::kind::ack, "n2", ""}),
        reply(1, query_record{query_record::kind::response, "n2", std::string("answer\x00", 7)}),
        reply(1, query_record{query_record::kind::done, "", ""})}},
      {"query.spurious-empty-from.session.bin",
       {{0, command::handshake}, {1, command::query}},
       {ok(0), ok(1), reply(1, query_record{query_record::kind::ack, "n1", ""}),
        reply(1, query_record{query_record::kind::ack, "", ""}),
        reply(1, query_record{query_record::kind::response, "", ""}),
        reply(1, query_record{query_record::kind::done, "", ""})}},
      {"stream.all.session.bin",
       {{0, command::handshake}, {1, command::stream}},
       {ok(0), ok(1), reply(1, user("deploy", "\x01\x02", 38, false)),
        reply(1, user("a:b", "", 40, false)), reply(1, user("", "", 41, false)),
        reply(1, asked("q1", "qp", 6, 1)), reply(1, asked("q2", "", 7, 2)),
        reply(1, user("a", "", 39, true)),
        reply(1, changed(member_event_kind::update,
                         {node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}})}))}},
      {"stream.member-events.session.bin",
       {{0, command::handshake}, {1, command::stream}},
       {ok(0), ok(1),
        reply(1, changed(member_event_kind::join, {node("x1", "127.77.0.5", {{"a", "b"}})})),
        reply(1, changed(member_event_kind::update,
                         {node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}})})),
        reply(1, changed(member_event_kind::update,
                         {node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}})})),
        reply(1, changed(member_event_kind::leave,
                         {node("x1", "127.77.0.5", {{"a", "b"}}, member_status::left)})),
        reply(1, changed(member_event_kind::update,
                         {node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}})})),
        reply(1, changed(member_event_kind::join, {node("x2", "127.77.0.6")})),
        reply(1, changed(member_event_kind::leave,
                         {node("x2", "127.77.0.6", {}, member_status::left)})),
        reply(1, changed(member_event_kind::update,
                         {node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}})})),
        reply(1, changed(member_event_kind::join, {node("x2", "127.77.0.6")})),
        reply(1, changed(member_event_kind::update,
                         {node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}})})),
        reply(1, changed(member_event_kind::update,
                         {node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}})})),
        reply(1, changed(member_event_kind::failed,
                         {node("x2", "127.77.0.6", {}, member_status::failed)}))}},
      {"stream.member-failed.bin",
       {{1, command::stream}},
       {reply(1, changed(member_event_kind::failed,
                         {node("x2", "127.77.0.6", {}, member_status::failed)}))},
       true},
      {"stream.member-join.bin",
       {{1, command::stream}},
       {reply(1, changed(member_event_kind::join, {node("x1", "127.77.0.5", {{"a", "b"}})}))},
       true},
      {"stream.member-join.multi.bin",
       {{0, command::handshake}, {1, command::stream}},
       {ok(0), ok(1),
        reply(1, changed(member_event_kind::join,
                         {node("w03", "127.77.5.3"), node("w04", "127.77.5.4"),
                          node("w07", "127.77.5.7"), node("w09", "127.77.5.9"),
                          node("w14", "127.77.5.14"), node("w01", "127.77.5.1"),
                          node("w12", "127.77.5.12"), node("w13", "127.77.5.13"),
                          node("w15", "127.77.5.15"), node("w16", "127.77.5.16"),
                          node("w11", "127.77.5.11"), node("w08", "127.77.5.8"),
                          node("w10", "127.77.5.10"), node("w05", "127.77.5.5"),
                          node("w06", "127.77.5.6"), node("w02", "127.77.5.2")}))}},
      {"stream.member-leave.bin",
       {{1, command::stream}},
       {reply(1, changed(member_event_kind::leave,
                         {node("x1", "127.77.0.5", {{"a", "b"}}, member_status::left)}))},
       true},
      {"stream.member-reap.bin",
       {{1, command::stream}},
       {reply(1, changed(member_event_kind::reap,
                         {node("x1", "127.77.0.5", {{"a", "b"}}, member_status::left)}))},
       true},
      {"stream.member-update.bin",
       {{1, command::stream}},
       {reply(1, changed(member_event_kind::update,
                         {node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}})}))},
       true},
      {"stream.query-event.bin", {{1, command::stream}}, {reply(1, asked("q1", "qp", 6, 1))}, true},
      {"stream.user-event.bin",
       {{1, command::stream}},
       {reply(1, user("deploy", "\x01\x02", 38, false))},
       true},
      {"stream.user-event.coalesce-nil-payload.bin",
       {{1, command::stream}},
       {reply(1, user("a", "", 39, true))},
       true},
      {"stream.user-event.long-name.bin",
       {{0, command::handshake}, {1, command::stream}},
       {ok(0), ok(1), reply(1, user(std::string(300, 'N'), std::string(150, '\0'), 1, false))}},
  };
}

}  // namespace serf::protocol::test
