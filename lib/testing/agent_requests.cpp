#include <serf/testing/agent_requests.hpp>

#include <ostream>
#include <tuple>

#include <serf/printable.hpp>

namespace serf::testing {
namespace {

auto fields(const sent_query& sent) {
  return std::tie(sent.name, sent.payload, sent.nodes, sent.tags, sent.request_ack,
                  sent.relay_factor, sent.timeout);
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string result;
  for (const auto& text : texts) result += (result.empty() ? "" : ", ") + printable(text);
  return "[" + result + "]";
}

// A word for a flag that is set.
const char* word(bool set, const char* text) { return set ? text : ""; }

}  // namespace

bool operator==(const sent_members& a, const sent_members& b) {
  return a.name == b.name && a.status == b.status && a.tags == b.tags;
}
bool operator==(const sent_join& a, const sent_join& b) {
  return a.addresses == b.addresses && a.replay == b.replay;
}
bool operator==(const sent_force_leave& a, const sent_force_leave& b) {
  return a.node == b.node && a.prune == b.prune;
}
bool operator==(const sent_tags& a, const sent_tags& b) {
  return a.set == b.set && a.removed == b.removed;
}
bool operator==(const sent_event& a, const sent_event& b) {
  return a.name == b.name && a.payload == b.payload && a.coalesce == b.coalesce;
}
bool operator==(const sent_query& a, const sent_query& b) { return fields(a) == fields(b); }
bool operator==(const sent_respond& a, const sent_respond& b) {
  return a.id == b.id && a.payload == b.payload;
}

std::ostream& operator<<(std::ostream& out, const sent_members& sent) {
  return out << "members name \"" << printable(sent.name) << "\" status \""
             << printable(sent.status) << "\" tags \"" << sent.tags << '"';
}
std::ostream& operator<<(std::ostream& out, const sent_join& sent) {
  return out << "join " << list_of(sent.addresses) << word(sent.replay, " replay");
}
std::ostream& operator<<(std::ostream& out, const sent_force_leave& sent) {
  return out << "force-leave \"" << printable(sent.node) << '"' << word(sent.prune, " prune");
}
std::ostream& operator<<(std::ostream& out, const sent_tags& sent) {
  return out << "tags set \"" << sent.set << "\" removed " << list_of(sent.removed);
}
std::ostream& operator<<(std::ostream& out, const sent_event& sent) {
  return out << "event \"" << printable(sent.name) << "\" payload \"" << printable(sent.payload)
             << '"' << word(sent.coalesce, " coalesce");
}
std::ostream& operator<<(std::ostream& out, const sent_query& sent) {
  return out << "query \"" << printable(sent.name) << "\" payload \"" << printable(sent.payload)
             << "\" nodes " << list_of(sent.nodes) << " tags \"" << sent.tags << '"'
             << word(sent.request_ack, " request_ack") << " relay_factor " << sent.relay_factor
             << " timeout " << sent.timeout.count() << "ns";
}
std::ostream& operator<<(std::ostream& out, const sent_respond& sent) {
  return out << "respond " << sent.id << " payload \"" << printable(sent.payload) << '"';
}

}  // namespace serf::testing
