#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/request.hpp"
#include "unit/protocol/captured.hpp"
#include "unit/protocol/wire.hpp"

namespace serf::protocol::test {
namespace {

using namespace std::chrono_literals;
using requests = std::vector<std::pair<std::uint64_t, request>>;

const std::string first_key = "b3ewF5PTSa9tXE8gXmBzY7Oc69/DDUv+NGjJt3zLPcg=";
const std::string second_key = "XFFN95QS89TOcLalGVQEdRGcGpjZiLEygqEvYgdr41E=";
const std::string third_key = "JpV4Uhsw0H4A7PRNfIgG5z2FfaJMSqb3wW2f9EQjLG0=";

const std::map<std::string, requests>& recorded() {
  static const std::map<std::string, requests> all = {
      {"auth-required.event", {{2, event(user_event_request("e", "p").coalesce(false))}}},
      {"auth-required.members", {{1, members({})}}},
      {"auth-required.pipelined",
       {{0, handshake()},
        {1, auth("bad")},
        {2, event(user_event_request("z").coalesce(false))},
        {3, members({})}}},
      {"auth.ok", {{4, auth("secret")}}},
      {"auth.unneeded-empty", {{37, auth("")}}},
      {"auth.unneeded-nonempty", {{36, auth("x")}}},
      {"auth.wrong", {{3, auth("wrong")}}},
      {"event", {{9, event({"deploy", std::string("v1\0\xff", 4)})}}},
      {"event.too-large", {{10, event(user_event_request(std::string(513, 'x')).coalesce(false))}}},
      {"force-leave.failed-node", {{1, force_leave("x2", false)}}},
      {"force-leave.prune", {{2, force_leave("x1", true)}}},
      {"force-leave.prune.unknown", {{12, force_leave("nosuch", true)}}},
      {"force-leave.unknown", {{11, force_leave("nosuch", false)}}},
      {"get-coordinate.known", {{23, get_coordinate("n2")}}},
      {"get-coordinate.self", {{24, get_coordinate("n1")}}},
      {"get-coordinate.unknown", {{25, get_coordinate("nosuch")}}},
      {"handshake", {{0, handshake()}}},
      {"handshake-required", {{0, members({})}}},
      {"handshake.duplicate", {{1, handshake()}}},
      {"head.members", {{3, members({})}}},
      {"install-key", {{2, install_key(second_key)}}},
      {"install-key.bad-base64", {{30, install_key("bad!")}}},
      {"install-key.bad-length", {{10, install_key("AAAA")}}},
      {"install-key.no-encryption", {{27, install_key(first_key)}}},
      {"join.fail", {{15, join("127.77.0.9:27946", false)}}},
      {"join.ok", {{14, join("127.77.0.2:27946", false)}}},
      {"join.partial", {{16, join({"127.77.0.9:27946", "127.77.0.2:27946"}, false)}}},
      {"leave", {{1, leave()}}},
      {"list-keys", {{1, list_keys()}}},
      {"list-keys.no-encryption", {{26, list_keys()}}},
      {"list-keys.two-keys", {{4, list_keys()}}},
      {"members", {{3, members({})}}},
      {"members-filtered.bad-regex", {{1, members(member_filter().name(as_agent("(")))}}},
      {"members-filtered.none", {{5, members(member_filter().status(as_agent("failed")))}}},
      {"members-filtered.tag", {{4, members(member_filter().tag("role", as_agent("web")))}}},
      {"members.long-tag", {{1, members({})}}},
      {"monitor.duplicate", {{2, monitor(log_level::info)}}},
      {"monitor.stop", {{3, stop(1)}}},
      {"query.session", {{1, query(query_request("q", "hello").request_ack().timeout(2s))}}},
      {"remove-key", {{8, remove_key(first_key)}}},
      {"remove-key.no-encryption", {{29, remove_key(first_key)}}},
      {"remove-key.not-installed", {{9, remove_key(third_key)}}},
      {"remove-key.primary", {{7, remove_key(second_key)}}},
      {"respond.after-deadline", {{4, respond(1, "late")}}},
      {"respond.bad-id", {{32, respond(42, "x")}}},
      {"respond.ok", {{2, respond(1, std::string_view("answer\0", 7))}}},
      {"respond.twice", {{3, respond(1, "again")}}},
      {"stats", {{22, stats()}}},
      {"stop.late-records", {{1, monitor(log_level::warn)}, {2, stop(1)}}},
      {"stop.unknown", {{31, stop(9999)}}},
      {"stream.all", {{1, stream("*")}}},
      {"stream.duplicate-seq", {{1, stream("query")}}},
      {"stream.invalid-filter", {{35, stream("bogus")}}},
      {"tags", {{19, tags(tag_changes().set("new", "1").remove("dc"))}}},
      {"tags.too-large", {{20, tags(tag_changes().set("big", std::string(600, 'x')))}}},
      {"use-key", {{5, use_key(second_key)}}},
      {"use-key.no-encryption", {{28, use_key(first_key)}}},
      {"use-key.not-installed", {{6, use_key(third_key)}}},
  };
  return all;
}

// Recorded to see what agents make of it; the factories cannot make it.
const std::map<std::string, std::string>& not_ours() {
  static const std::map<std::string, std::string> all = {
      {"handshake.dup-badversion", "a version that we do not speak"},
      {"handshake.version-1", "a version that we do not speak"},
      {"handshake.version0", "a version that we do not speak"},
      {"handshake.version2", "a version that we do not speak"},
      {"monitor", "a level in capitals: we send the agent's own, lower-case names"},
      {"monitor.bad-level", "a level that there is not"},
      {"monitor.empty-level", "a level that there is not"},
      {"unsupported-command", "a command that there is not"},
  };
  return all;
}

// The recorded client sent an empty payload as bin of no length. Of the two, agents of all versions
// take nil for every event and query, so that is what we send.
std::string with_nil_for_empty(std::string bytes) {
  const std::string as_bin = wire::text("Payload") + wire::bin8("");
  for (std::size_t at = bytes.find(as_bin); at != std::string::npos; at = bytes.find(as_bin, at)) {
    bytes.replace(at, as_bin.size(), wire::text("Payload") + wire::nil());
  }
  return bytes;
}

TEST(request, is_what_a_client_was_recorded_to_send) {
  const std::set<std::string> with_empty_payload = {"event.too-large", "auth-required.pipelined"};
  for (const auto& [name, all] : recorded()) {
    SCOPED_TRACE(name);
    std::string sent;
    for (const auto& [seq, what] : all) append(what, seq, sent);
    const std::string bytes = load_capture(name + ".request.bin");
    if (with_empty_payload.count(name) == 0) {
      EXPECT_EQ(sent, bytes);
    } else {
      EXPECT_NE(sent, bytes);
      EXPECT_EQ(sent, with_nil_for_empty(bytes));
    }
  }
}

TEST(request, of_each_recording_is_made_or_said_not_to_be_ours) {
  std::vector<std::string> named;
  for (const auto& each : recorded()) named.push_back(each.first + ".request.bin");
  for (const auto& each : not_ours()) named.push_back(each.first + ".request.bin");
  std::vector<std::string> there;
  for (const std::string& file : list_captures()) {
    if (file.find(".request.bin") != std::string::npos) there.push_back(file);
  }
  EXPECT_THAT(there, ::testing::UnorderedElementsAreArray(named));
}

TEST(request, has_no_body_where_the_agent_would_take_it_for_a_header) {
  for (const request& each : {members({}), stats(), list_keys(), leave()}) {
    EXPECT_EQ(each.body, "") << name(each.command);
  }
}

TEST(request, asks_for_filtered_members_only_with_a_filter) {
  EXPECT_EQ(members({}).command, command::members);
  EXPECT_EQ(members(member_filter().name(exact(""))).command, command::members_filtered);
  EXPECT_EQ(members(member_filter().name(exact("a.b")).status(member_status::alive)).body,
            wire::map(3) + wire::text("Tags") + wire::map(0) + wire::text("Status") +
                wire::text("(?:alive)") + wire::text("Name") + wire::text(R"((?:a\.b))"));
}

TEST(request, carries_everything_that_a_query_can_say) {
  const auto everything = query_request("q")
                              .node("n1")
                              .node("n2")
                              .tag("role", exact("web"))
                              .tag("dc", as_agent("ea"))
                              .relay_factor(255)
                              .timeout(-1ns);
  EXPECT_EQ(query(everything).body,
            wire::map(7) + wire::text("FilterNodes") + wire::array(2) + wire::text("n1") +
                wire::text("n2") + wire::text("FilterTags") + wire::map(2) + wire::text("dc") +
                wire::text("ea") + wire::text("role") + wire::text("^(?:web)$") +
                wire::text("RequestAck") + wire::flag(false) + wire::text("RelayFactor") +
                wire::uint8(255) + wire::text("Timeout") + "\xff" + wire::text("Name") +
                wire::text("q") + wire::text("Payload") + wire::nil());
}

TEST(request, keeps_any_bytes_of_any_length) {
  for (const std::size_t size : {1U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
    std::string bytes(size, '\xff');
    bytes[0] = '\0';
    const std::string payload = size < 0x100     ? wire::bin8(bytes)
                                : size < 0x10000 ? wire::bin16(bytes)
                                                 : wire::bin32(bytes);
    EXPECT_EQ(event({bytes, bytes}).body, wire::map(3) + wire::text("Name") + wire::text(bytes) +
                                              wire::text("Payload") + payload +
                                              wire::text("Coalesce") + wire::flag(true));
  }
}

TEST(request, carries_every_width_of_seq) {
  for (const std::uint64_t seq :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{65536},
        std::uint64_t{1} << 32U, (std::uint64_t{1} << 53U) + 1, ~std::uint64_t{0}}) {
    std::string out = "before";
    append(respond(seq, ""), seq, out);
    EXPECT_EQ(out, "before" + wire::map(2) + wire::text("Command") + wire::text("respond") +
                       wire::text("Seq") + wire::number(seq) + wire::map(2) + wire::text("ID") +
                       wire::number(seq) + wire::text("Payload") + wire::nil());
  }
}

TEST(request, lists_tags_to_set_and_to_remove_in_order) {
  EXPECT_EQ(tags(tag_changes().set("b", "2").set("a", "1").remove("d").remove("c")).body,
            wire::map(2) + wire::text("Tags") + wire::map(2) + wire::text("a") + wire::text("1") +
                wire::text("b") + wire::text("2") + wire::text("DeleteTags") + wire::array(2) +
                wire::text("c") + wire::text("d"));
}

}  // namespace
}  // namespace serf::protocol::test
