#include <utility>

#include "unit/protocol/captured.hpp"

namespace serf::protocol::test {
namespace {

member at_port(std::uint16_t port, member made) {
  made.port = port;
  return made;
}

}  // namespace

std::vector<captured> captured_members() {
  return {
      {"head.members.response.bin",
       {{3, command::members}},
       {reply(3,
              std::vector<member>{node("head", "127.77.4.1", {{"dc", "east"}, {"role", "web"}})})}},
      {"members-filtered.none.response.bin",
       {{5, command::members_filtered}},
       {reply(5, std::vector<member>{})}},
      {"members-filtered.tag.response.bin",
       {{4, command::members_filtered}},
       {reply(4,
              std::vector<member>{node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}})})}},
      {"members.16-nodes.response.bin",
       {{1, command::members}},
       {reply(1, std::vector<member>{node("w02", "127.77.5.2"), node("w07", "127.77.5.7"),
                                     node("w08", "127.77.5.8"), node("w01", "127.77.5.1"),
                                     node("w12", "127.77.5.12"), node("w14", "127.77.5.14"),
                                     node("w16", "127.77.5.16"), node("w05", "127.77.5.5"),
                                     node("w09", "127.77.5.9"), node("w10", "127.77.5.10"),
                                     node("w11", "127.77.5.11"), node("w15", "127.77.5.15"),
                                     node("w03", "127.77.5.3"), node("w04", "127.77.5.4"),
                                     node("w06", "127.77.5.6"), node("w13", "127.77.5.13")})}},
      {"members.addr-forms.synthetic.bin",
       {{1, command::members}},
       {reply(1, std::vector<member>{at_port(7946, node("six", "2001:db8::1")),
                                     at_port(7946, node("mapped", "192.0.2.1")),
                                     at_port(7946, node("four", "192.0.2.1")),
                                     at_port(7946, node("nilip", ""))})}},
      {"members.long-tag.response.bin",
       {{1, command::members}},
       {reply(1,
              std::vector<member>{node("ad", "127.77.0.11", {{"long", std::string(300, 'L')}})})}},
      {"members.response.bin",
       {{3, command::members}},
       {reply(3, std::vector<member>{node("n1", "127.77.0.1", {{"dc", "east"}, {"role", "web"}}),
                                     node("n2", "127.77.0.2", {{"role", "db"}}),
                                     node("n3", "127.77.0.3")})}},
  };
}

}  // namespace serf::protocol::test
