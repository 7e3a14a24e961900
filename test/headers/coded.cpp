// Every template for payload codecs, compiled: also without exceptions, and as C++20.
#include <serf/coded_client.hpp>
using C = serf::utf8_codec;
template class serf::coded_client<C>;
template class serf::coded_event_handlers<C>;
template class serf::coded_query_handlers<C>;
template class serf::coded_stream<C, serf::event>;
template class serf::coded_stream<C, serf::query_reply>;
template class serf::decoded<std::string>;
template struct serf::coded_query_event<C>;
void use(serf::client& c, const std::string& s) {
  auto t = serf::with_codec(c, C());
  t.event("a");
  t.event("a", "b");
  t.event("a", s, std::chrono::seconds(5));
  t.event("a", [](serf::result<void>) {});
  t.event("a", "b", [](serf::result<void>) {});
  t.event("a", std::chrono::seconds(5));
  t.ask("q").get();
  t.ask("q", "v", [](auto) {});
  t.ask("q", [](serf::result<serf::coded_query_result<std::string>>) {});
  for (auto& e : t.stream().get()) (void)e;
  for (auto& e : t.query("q", "v").get()) (void)e;
  auto a = t.subscribe("*", [](const serf::coded_event<C>&) {});
  auto a2 = t.subscribe("*", [](const auto&) {});
  auto b = t.query("q", "v", [](const serf::coded_query_response<std::string>&) {});
  auto b2 = t.query("q", [](const serf::coded_query_response<std::string>&) {});
  auto d = t.answer("q", [](const serf::coded_query_event<C>& q) {
    q.respond("x");
    q.respond();
  });
  auto e = t.answer("q", [](const serf::coded_query_event<C>&) { return "x"; });
  auto f = t.answer("q", [](const serf::query_event&) { return std::optional<std::string>(); });
}
