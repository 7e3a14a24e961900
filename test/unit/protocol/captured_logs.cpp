#include <utility>

#include "unit/protocol/captured.hpp"

namespace serf::protocol::test {
namespace {

message line(std::string text) { return reply(1, logged{std::move(text)}); }

}  // namespace

std::vector<captured> captured_logs() {
  return {
      {"monitor.session.bin",
       {{0, command::handshake}, {1, command::monitor}},
       {ok(0),
        ok(1),
        line("2026/11/25 01:23:43 [INFO] agent: Serf agent starting"),
        line("2026/11/25 01:23:43 [INFO] serf: EventMemberJoin: n2 127.77.0.2"),
        line("2026/11/25 01:23:43 [INFO] agent: joining: [127.77.0.1:27946] replay: false"),
        line("2026/11/25 01:23:43 [INFO] serf: EventMemberJoin: n1 127.77.0.1"),
        line("2026/11/25 01:23:43 [INFO] agent: joined: 1 nodes"),
        line("2026/11/25 01:23:44 [INFO] serf: EventMemberJoin: n3 127.77.0.3"),
        line("2026/11/25 01:23:45 [INFO] agent: Received event: member-join"),
        line("2026/11/25 01:25:32 [INFO] agent: Received event: user-event: deploy"),
        line("2026/11/25 01:25:34 [INFO] serf: EventMemberUpdate: n1"),
        line("2026/11/25 01:25:35 [INFO] serf: EventMemberUpdate: n1"),
        line("2026/11/25 01:25:36 [INFO] agent: Received event: member-update"),
        line("2026/11/25 01:25:36 [ERR] serf: Keyring is empty (encryption not enabled)"),
        line("2026/11/25 01:25:37 [ERR] serf: No keyring to modify (encryption not enabled)"),
        line("2026/11/25 01:25:37 [ERR] serf: No keyring to modify (encryption not enabled)"),
        line("2026/11/25 01:25:38 [ERR] serf: No keyring to modify (encryption not enabled)"),
        line("2026/11/25 01:26:31 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:32 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:32 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:33 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:33 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:34 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:34 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:35 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:35 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:36 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:36 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:38 [INFO] agent: Received event: user-event: "),
        line("2026/11/25 01:26:39 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:39 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:40 [INFO] agent: Received event: user-event: "),
        line("2026/11/25 01:26:40 [INFO] agent: Received event: user-event: "),
        line("2026/11/25 01:26:43 [INFO] agent: Received event: user-event: \xff\xfe"),
        line("2026/11/25 01:26:43 [INFO] agent: Received event: user-event: x"),
        line(
            std::string("2026/11/25 01:26:43 [INFO] agent: Received event: user-event: a\x00", 64)),
        line("2026/11/25 01:26:44 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:44 [INFO] agent: Received event: user-event: x"),
        line("2026/11/25 01:26:45 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:45 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:46 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:46 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:47 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:47 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:48 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:48 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:49 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:49 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:50 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:50 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:52 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:53 [INFO] agent: Received event: user-event: h"),
        line("2026/11/25 01:26:56 [ERR] serf: Keyring is empty (encryption not enabled)"),
        line("2026/11/25 01:27:29 [INFO] serf: EventMemberUpdate: n1"),
        line("2026/11/25 01:27:29 [INFO] agent: Received event: user-event: "),
        line("2026/11/25 01:27:29 [INFO] agent: Received event: user-event: a:b"),
        line("2026/11/25 01:27:29 [INFO] agent: Received event: user-event: deploy"),
        line("2026/11/25 01:27:29 [INFO] agent: Received event: query: q2"),
        line("2026/11/25 01:27:29 [INFO] agent: Received event: query: q1"),
        line("2026/11/25 01:27:30 [INFO] serf: EventMemberUpdate: n1"),
        line("2026/11/25 01:27:30 [INFO] agent: Received event: user-event: a"),
        line("2026/11/25 01:27:31 [INFO] agent: Received event: member-update"),
        line("2026/11/25 01:28:17 [INFO] agent.ipc: Accepted client: 127.0.0.1:46020"),
        line("2026/11/25 01:28:17 [INFO] agent: Received event: query: q"),
        line("2026/11/25 01:28:17 [INFO] agent.ipc: Accepted client: 127.0.0.1:46036"),
        line("2026/11/25 01:28:21 [INFO] agent: Received event: query: q"),
        line("2026/11/25 01:28:22 [INFO] agent: Received event: query: q"),
        line("2026/11/25 01:28:24 [INFO] agent: Received event: query: q"),
        line("2026/11/25 01:28:25 [INFO] agent: Received event: query: q"),
        line("2026/11/25 01:28:27 [INFO] agent: Received event: query: q"),
        line("2026/11/25 01:28:30 [INFO] agent: Received event: query: q"),
        line("2026/11/25 01:28:31 [INFO] agent: Received event: query: q"),
        line("2026/11/25 01:28:31 [INFO] agent: Received event: query: q"),
        line("2026/11/25 01:28:31 [INFO] agent: Received event: query: q"),
        ok(1)},
       false,
       true},
      {"stop.late-records.session.bin",
       {{0, command::handshake}, {1, command::monitor}, {2, command::stop}},
       {ok(0), ok(1),
        line("2026/11/25 01:38:33 [WARN] serf: received old event sl from time 41419 (current: "
             "44598)"),
        ok(2),
        line("2026/11/25 01:38:33 [WARN] serf: received old event sl from time 41412 (current: "
             "44598)"),
        line("2026/11/25 01:38:33 [WARN] serf: received old event sl from time 41413 (current: "
             "44598)"),
        line("2026/11/25 01:38:33 [WARN] serf: received old event sl from time 41408 (current: "
             "44598)"),
        line("2026/11/25 01:38:33 [WARN] serf: received old event sl from time 41409 (current: "
             "44598)")}},
  };
}

}  // namespace serf::protocol::test
