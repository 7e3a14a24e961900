#include "testing/fake_body.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace serf::testing {
namespace {

enum class field { text, bytes, flag, uint8, uint64, int64, text_list, text_map };

// In the order agents declare them, which counts for structs sent as arrays.
using fields = std::vector<std::pair<std::string, field>>;

const fields& header_fields() {
  static const fields all{{"Command", field::text}, {"Seq", field::uint64}};
  return all;
}

// Empty: a command without a body.
const std::map<std::string, fields>& body_fields() {
  static const fields key{{"Key", field::text}};
  static const std::map<std::string, fields> all{
      {"handshake", {{"Version", field::int64}}},
      {"auth", {{"AuthKey", field::text}}},
      {"event", {{"Name", field::text}, {"Payload", field::bytes}, {"Coalesce", field::flag}}},
      {"force-leave", {{"Node", field::text}, {"Prune", field::flag}}},
      {"join", {{"Existing", field::text_list}, {"Replay", field::flag}}},
      {"members", {}},
      {"members-filtered",
       {{"Tags", field::text_map}, {"Status", field::text}, {"Name", field::text}}},
      {"tags", {{"Tags", field::text_map}, {"DeleteTags", field::text_list}}},
      {"stream", {{"Type", field::text}}},
      {"monitor", {{"LogLevel", field::text}}},
      {"stop", {{"Stop", field::uint64}}},
      {"leave", {}},
      {"query",
       {{"FilterNodes", field::text_list},
        {"FilterTags", field::text_map},
        {"RequestAck", field::flag},
        {"RelayFactor", field::uint8},
        {"Timeout", field::int64},
        {"Name", field::text},
        {"Payload", field::bytes}}},
      {"respond", {{"ID", field::uint64}, {"Payload", field::bytes}}},
      {"install-key", key},
      {"use-key", key},
      {"remove-key", key},
      {"list-keys", {}},
      {"stats", {}},
      {"get-coordinate", {{"Node", field::text}}},
  };
  return all;
}

fake_value zero(field kind) {
  switch (kind) {
    case field::text:
      return "";
    case field::bytes:
      return fake_bytes{};
    case field::flag:
      return false;
    case field::text_list:
      return fake_list{};
    case field::text_map:
      return fake_map{};
    default:
      return 0U;
  }
}

std::optional<fake_value> as_bytes(const fake_value& sent) {
  if (sent.is_bytes()) return sent;
  if (sent.is_text()) return fake_bytes{sent.text()};
  if (!sent.is_list()) return std::nullopt;
  fake_bytes result;
  for (const auto& item : sent.list()) {
    const auto* number = item.get_if<std::uint64_t>();
    if (!number || *number > 255) return std::nullopt;
    result.data.push_back(static_cast<char>(*number));
  }
  return result;
}

std::optional<fake_value> as_flag(const fake_value& sent) {
  if (sent.get_if<bool>()) return sent;
  const auto* number = sent.get_if<std::uint64_t>();
  if (number && *number <= 1) return fake_value(*number == 1);
  return std::nullopt;
}

std::optional<fake_value> convert(field kind, const fake_value& sent);

std::optional<fake_value> as_text_list(const fake_value& sent) {
  if (!sent.is_list()) return std::nullopt;
  fake_list result;
  for (const auto& item : sent.list()) {
    auto text = convert(field::text, item);
    if (!text) return std::nullopt;
    result.push_back(std::move(*text));
  }
  return result;
}

std::optional<fake_value> as_text_map(const fake_value& sent) {
  if (!sent.is_map()) return std::nullopt;
  fake_map result;
  for (const auto& [key, value] : sent.map()) {
    auto text = convert(field::text, value);
    if (!key.is_text() || !text) return std::nullopt;
    result.emplace_back(key, std::move(*text));
  }
  return result;
}

std::optional<fake_value> convert(field kind, const fake_value& sent) {
  if (sent.is_nil()) return zero(kind);
  const bool natural = sent.get_if<std::uint64_t>() != nullptr;
  bool fits = false;
  switch (kind) {
    case field::text:
      fits = sent.is_text();
      break;
    case field::uint8:
      fits = natural && sent.number() <= 255;
      break;
    case field::uint64:
      fits = natural;
      break;
    case field::int64:
      fits = natural || sent.get_if<std::int64_t>();
      break;
    case field::bytes:
      return as_bytes(sent);
    case field::flag:
      return as_flag(sent);
    case field::text_list:
      return as_text_list(sent);
    case field::text_map:
      return as_text_map(sent);
  }
  if (!fits) return std::nullopt;
  return sent;
}

bool read_fields(const fields& declared, const fake_value& sent, fake_body& into) {
  const auto read = [&](const std::pair<std::string, field>& name, const fake_value& value) {
    auto converted = convert(name.second, value);
    if (converted) into[name.first] = std::move(*converted);
    return converted.has_value();
  };

  if (sent.is_nil()) {  // as a whole: all is zero, also what was there before
    for (const auto& [name, kind] : declared) into[name] = zero(kind);
    return true;
  }
  if (sent.is_list()) {
    const auto count = std::min(declared.size(), sent.size());
    for (std::size_t i = 0; i < count; ++i) {
      if (!read(declared[i], sent.at(i))) return false;
    }
    return true;
  }
  if (!sent.is_map()) return false;
  for (const auto& [key, value] : sent.map()) {
    if (!key.is_text()) return false;
    const auto name = key.text();
    const auto found = std::find_if(declared.begin(), declared.end(),
                                    [&](const auto& one) { return one.first == name; });
    if (found != declared.end() && !read(*found, value)) return false;
  }
  return true;
}

}  // namespace

bool is_known_command(const std::string& command) { return body_fields().count(command) != 0; }

bool has_request_body(const std::string& command) {
  const auto found = body_fields().find(command);
  return found != body_fields().end() && !found->second.empty();
}

bool read_header(const fake_value& sent, fake_header& into) {
  fake_body fields_read{{"Command", into.command}, {"Seq", into.seq}};
  if (!read_fields(header_fields(), sent, fields_read)) return false;
  into.command = fields_read["Command"].text();
  into.seq = fields_read["Seq"].number();
  return true;
}

std::optional<fake_body> read_body(const std::string& command, const fake_value& sent) {
  fake_body result;
  const auto& declared = body_fields().at(command);
  for (const auto& [name, kind] : declared) result[name] = zero(kind);
  if (!read_fields(declared, sent, result)) return std::nullopt;
  return result;
}

}  // namespace serf::testing
