#include "vocabulary/agent_error_text.hpp"

namespace serf {
namespace {

enum class match { whole, start, part };

struct known_text {
  match how;
  std::string_view text;
  errc code;
};

// In this order: the respond errors wrap a text of their own in one that names key queries.
constexpr known_text known_texts[] = {
    {match::whole, gate::authentication_required, errc::auth_required},
    {match::whole, gate::unsupported_command, errc::unsupported_command},
    {match::whole, gate::handshake_required, errc::protocol_violation},
    {match::whole, "Handshake already performed", errc::protocol_violation},
    {match::whole, "Invalid authentication token", errc::auth_rejected},
    {match::whole, "Unsupported IPC version", errc::version_unsupported},
    {match::whole, "Invalid event filter", errc::invalid_event_filter},
    {match::whole, "Stream with given sequence exists", errc::duplicate_stream},
    {match::whole, "Monitor already exists", errc::duplicate_monitor},
    {match::start, "Unknown log level:", errc::invalid_log_level},
    {match::whole, "Leave already in progress", errc::leave_in_progress},
    {match::start, "No pending queries matching ID", errc::query_not_pending},
    {match::part, "response already sent", errc::already_responded},
    {match::part, "response is past the deadline", errc::query_past_deadline},
    {match::part, "response exceeds limit of", errc::response_too_large},
    {match::part, "user event exceeds", errc::event_too_large},
    {match::start, "query exceeds limit of", errc::query_too_large},
    {match::start, "Queries cannot contain the '_serf_' prefix", errc::query_name_reserved},
    {match::start, "Encoded length of tags exceeds limit", errc::tags_too_large},
    {match::part, "nodes reported failure", errc::keyring_failed},
    {match::part, "nodes reported success", errc::keyring_failed},
    {match::start, "illegal base64 data", errc::key_malformed},
    {match::part, "ailed to join",
     errc::join_failed},  // "Failed" or "failed", as the agent's age has it
};

bool matches(const known_text& known, std::string_view text) noexcept {
  switch (known.how) {
    case match::whole:
      return text == known.text;
    case match::start:
      return text.substr(0, known.text.size()) == known.text;
    case match::part:
      return text.find(known.text) != std::string_view::npos;
  }
  return false;
}

}  // namespace

bool is_gate_error(std::string_view text) noexcept {
  return text == gate::handshake_required || text == gate::authentication_required ||
         text == gate::unsupported_command;
}

errc classify_agent_error(std::string_view text) noexcept {
  for (const known_text& known : known_texts) {
    if (matches(known, text)) return known.code;
  }
  return errc::agent_refused;
}

}  // namespace serf
