// How calls may be written, and how they may not: building this is the test.

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <serf/client.hpp>
#include <serf/event_filter.hpp>
#include <serf/query.hpp>

namespace {

using namespace std::chrono_literals;

template <class Expected, class Actual>
constexpr bool is = std::is_same_v<Expected, Actual>;
using members_future = std::future<std::vector<serf::member>>;

// Never called: what counts is what it means.
[[maybe_unused]] void may_be_written(serf::client& client, const std::string& payload) {
  auto h = [](serf::result<std::vector<serf::member>>) {};
  auto joined = [](const serf::result<int>&) {};
  auto done = [](serf::result<void>) {};
  [[maybe_unused]] auto changed = [](const serf::connection_event&) {};
  auto reported = [](serf::result<serf::key_report>) {};

  static_assert(is<decltype(client.leave({})), std::future<void>>);
  static_assert(is<decltype(client.leave()), std::future<void>>);
  static_assert(is<decltype(client.members()), members_future>);
  static_assert(is<decltype(client.members({}, {})), members_future>);
  static_assert(is<decltype(client.members({}, 5s)), members_future>);
  static_assert(is<decltype(client.members({}, 1.5h)), members_future>);
  static_assert(is<decltype(client.members(h)), void>);
  static_assert(is<decltype(client.members(h, 5s)), void>);
  static_assert(is<decltype(client.members({}, h)), void>);
  static_assert(is<decltype(client.members({}, h, 5s)), void>);
  static_assert(
      is<decltype(client.members(serf::member_filter().name(serf::exact("n1")), h)), void>);
  static_assert(is<decltype(client.join("a:1")), std::future<int>>);
  static_assert(is<decltype(client.join(payload)), std::future<int>>);
  static_assert(is<decltype(client.join({"a", "b"})), std::future<int>>);
  static_assert(is<decltype(client.join({payload, "b"})), std::future<int>>);
  static_assert(is<decltype(client.join(std::vector<std::string>{})), std::future<int>>);
  static_assert(is<decltype(client.join({})), std::future<int>>);
  static_assert(is<decltype(client.join({"a", "b"}, joined)), void>);
  static_assert(
      is<decltype(client.join("a", serf::join_options().replay(true), joined, 5s)), void>);
  static_assert(is<decltype(client.force_leave("n1", {}, 5s)), std::future<void>>);
  static_assert(is<decltype(client.force_leave("n1", done)), void>);
  static_assert(is<decltype(client.tags(serf::tag_changes().set("role", "web").remove("old"))),
                   std::future<void>>);
  static_assert(is<decltype(client.list_keys({})), std::future<serf::key_report>>);
  static_assert(is<decltype(client.list_keys(reported)), void>);
  static_assert(is<decltype(client.install_key("key", reported, 5s)), void>);
  static_assert(is<decltype(client.event("deploy")), std::future<void>>);
  static_assert(is<decltype(client.event("deploy", payload)), std::future<void>>);
  static_assert(is<decltype(client.event("deploy", "v1", 5s)), std::future<void>>);
  static_assert(is<decltype(client.event("deploy", 5s)), std::future<void>>);
  static_assert(is<decltype(client.event("deploy", payload, done)), void>);
  static_assert(is<decltype(client.event("deploy", done)), void>);
  static_assert(
      is<decltype(client.event(serf::user_event_request("deploy").coalesce(false), done)), void>);
  static_assert(
      is<decltype(client.stats(serf::call_options().fail_fast())), std::future<serf::agent_stats>>);
  static_assert(is<decltype(client.on_connection(changed)), serf::subscription>);
  static_assert(
      is<decltype(client.get_coordinate("n1")), std::future<std::optional<serf::coordinate>>>);

  const auto on_user = [](const serf::user_event&) {};
  const auto on_event = [](const serf::event&, serf::subscription_ref self) { self.cancel(); };
  const auto on_line = [](const serf::log_line&) {};
  const auto on_ack = [](const serf::query_ack&) {};
  const auto on_response = [](const serf::query_response&) {};
  const auto on_gap = [](const serf::gap&) {};
  const auto text = [](const serf::query_event&) { return "0.7"; };
  const auto deferred = [](const serf::query_event&) {};
  const auto perhaps = [](const serf::query_event&) { return std::optional<std::string>(); };
  const auto asked = [](serf::result<serf::query_result>) {};
  using serf::event_handlers;
  static_assert(is<decltype(client.stream()), std::future<serf::event_stream>>);
  static_assert(
      is<decltype(client.stream("user:deploy,member-join")), std::future<serf::event_stream>>);
  static_assert(
      is<decltype(client.stream({"user", "query"}, 5s)), std::future<serf::event_stream>>);
  static_assert(is<decltype(client.stream("*", serf::stream_options().max_records(9))),
                   std::future<serf::event_stream>>);
  static_assert(is<decltype(client.monitor()), std::future<serf::log_stream>>);
  static_assert(
      is<decltype(client.monitor(serf::log_level::warn, 5s)), std::future<serf::log_stream>>);
  static_assert(is<decltype(client.monitor(serf::log_level::warn, on_line)), serf::subscription>);
  static_assert(is<decltype(client.query("load")), std::future<serf::query_stream>>);
  static_assert(is<decltype(client.query("load", 5s)), std::future<serf::query_stream>>);
  static_assert(is<decltype(client.query("load", on_response, 5s)), serf::subscription>);
  static_assert(is<decltype(client.query("load", serf::query_handlers().on_ack(on_ack))),
                   serf::subscription>);
  static_assert(is<decltype(client.ask("load")), std::future<serf::query_result>>);
  static_assert(is<decltype(client.ask(serf::query_request("load").request_ack(), 5s)),
                   std::future<serf::query_result>>);
  static_assert(is<decltype(client.ask("load", asked)), void>);
  static_assert(is<decltype(client.subscribe("user:deploy", on_user)), serf::subscription>);
  static_assert(is<decltype(client.subscribe({"user", "query"}, on_event)), serf::subscription>);
  static_assert(
      is<decltype(client.subscribe("*", event_handlers().on_user(on_user).on_gap(on_gap))),
         serf::subscription>);
  static_assert(is<decltype(client.answer("load", text)), serf::subscription>);
  static_assert(is<decltype(client.answer("load", deferred)), serf::subscription>);
  static_assert(is<decltype(client.answer("load", perhaps)), serf::subscription>);

  // A handler may own what it captures.
  client.leave([owned = std::make_unique<int>(7)](serf::result<void>) mutable { owned.reset(); });
}

static_assert(std::is_constructible_v<serf::client, const char*>);
static_assert(std::is_constructible_v<serf::client, std::string>);
static_assert(!std::is_copy_constructible_v<serf::client>);
static_assert(std::is_nothrow_move_constructible_v<serf::client>);
static_assert(std::is_nothrow_move_assignable_v<serf::client>);
static_assert(std::is_nothrow_move_constructible_v<serf::subscription>);
static_assert(!std::is_copy_constructible_v<serf::subscription>);
static_assert(std::is_convertible_v<const char*, serf::event_filter>);
static_assert(std::is_convertible_v<std::initializer_list<const char*>, serf::event_filter>);
static_assert(std::is_convertible_v<std::string, serf::query_request>);
static_assert(!std::is_copy_constructible_v<serf::event_stream>);
static_assert(std::is_nothrow_move_constructible_v<serf::event_stream>);
static_assert(std::is_nothrow_move_assignable_v<serf::query_stream>);
static_assert(!std::is_constructible_v<serf::event_handlers, void (*)(int)>);
static_assert(!std::is_constructible_v<serf::query_responder, int (*)(const serf::query_event&)>);
static_assert(!std::is_constructible_v<serf::query_responder, std::nullptr_t>);
static_assert(!std::is_default_constructible_v<serf::handler<void>>);
static_assert(!std::is_constructible_v<serf::handler<void>, std::nullptr_t>);
static_assert(!std::is_constructible_v<serf::handler<void>, void (*)(int)>);
static_assert(!std::is_copy_constructible_v<serf::handler<void>>);

// SERF_REFUSES(name, expression): does not compile, whatever its client, event, filter and number
// handler are.
#define SERF_REFUSES(name, ...)                                        \
  struct name {                                                        \
    template <class C, class E, class F, class H>                      \
    static auto compiles(C* client, E* event, F* filter, H* number)    \
        -> decltype(static_cast<void>(__VA_ARGS__), std::true_type()); \
    static std::false_type compiles(...);                              \
    serf::client* client;                                              \
    serf::user_event_request* event;                                   \
    serf::member_filter* filter;                                       \
    void (*number)(int);                                               \
  };                                                                   \
  static_assert(                                                       \
      !decltype(name::compiles(name().client, name().event, name().filter, name().number))::value)

SERF_REFUSES(two_iterators_for_one_address, client->join({{"a", "b"}}));
SERF_REFUSES(no_handler, client->event(*event, nullptr));
SERF_REFUSES(no_payload, client->event("deploy", nullptr));
SERF_REFUSES(an_empty_handler, client->members({}, {}, {}));
SERF_REFUSES(a_handler_of_something_else, client->members(number));
SERF_REFUSES(a_plain_text_as_a_pattern, filter->name("n1"));

}  // namespace
