#include "testing/fake_keyring.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace serf::testing {
namespace {

using names = std::vector<std::string>;

// They count for nothing in base64.
bool is_line_end(char c) { return c == '\r' || c == '\n'; }

std::string without_line_ends(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), is_line_end), text.end());
  return text;
}

fake_value report(fake_value keys, fake_map messages, std::size_t nodes, std::size_t responses,
                  std::size_t errors) {
  return fake_map{{"Keys", std::move(keys)},
                  {"Messages", std::move(messages)},
                  {"NumErr", errors},
                  {"NumNodes", nodes},
                  {"NumResp", responses}};
}

}  // namespace

std::optional<std::string> base64_error(const std::string& sent, std::size_t& size) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto text = without_line_ends(sent);
  const auto broken_at = [&](std::size_t position) {
    for (std::size_t i = 0; i <= position && i < sent.size(); ++i) {
      if (is_line_end(sent[i])) ++position;
    }
    return "illegal base64 data at input byte " + std::to_string(position);
  };
  size = 0;
  for (std::size_t start = 0; start < text.size(); start += 4) {
    std::size_t digits = 0;
    while (digits < 4 && start + digits < text.size() &&
           alphabet.find(text[start + digits]) != std::string_view::npos) {
      ++digits;
    }
    if (digits == 4) {
      size += 3;
      continue;
    }
    const auto stop = start + digits;
    if (stop == text.size()) return broken_at(start);
    if (text[stop] != '=' || digits < 2) return broken_at(stop);
    if (digits == 2) {
      if (stop + 1 == text.size()) return broken_at(text.size());
      if (text[stop + 1] != '=') return broken_at(stop + 1);
    }
    if (start + 4 < text.size()) return broken_at(start + 4);
    size += digits - 1;
  }
  return std::nullopt;
}

fake_value empty_key_report() { return report(nullptr, {}, 0, 0, 0); }

fake_keyring::fake_keyring(const std::string& primary) {
  if (primary.empty()) return;
  std::size_t size = 0;
  if (base64_error(primary, size) || (size != 16 && size != 24 && size != 32)) {
    throw std::invalid_argument("encrypt_key of a fake agent: not base64 of 16, 24 or 32 bytes");
  }
  keys_.push_back({without_line_ends(primary), {}});
}

void fake_keyring::silence(const std::string& node, bool silent) {
  silent ? static_cast<void>(silent_.insert(node)) : static_cast<void>(silent_.erase(node));
}

void fake_keyring::lose(const std::string& node, const std::string& key) {
  const auto found = find(without_line_ends(key));
  if (found == keys_.end()) throw std::invalid_argument("fake agent: no such key: \"" + key + "\"");
  found->lacking.insert(node);
}

std::vector<fake_keyring::held>::iterator fake_keyring::find(const std::string& key) {
  return std::find_if(keys_.begin(), keys_.end(),
                      [&](const held& each) { return each.key == key; });
}

// What becomes of a command that each node of those that are not silent answers: with "" for
// success.
template <class Function>
fake_reply fake_keyring::gather(const names& nodes, fake_value keys, Function answer_of) const {
  fake_map messages;
  std::size_t responses = 0;
  for (const auto& node : nodes) {
    if (silent_.count(node) != 0) continue;
    ++responses;
    const std::string message = answer_of(node);
    if (!message.empty()) messages.emplace_back(node, message);
  }
  const auto errors = messages.size();
  const auto of_all = "/" + std::to_string(nodes.size()) + " nodes reported ";
  std::string error;
  if (errors > 0) {
    error = std::to_string(errors) + of_all + "failure";
  } else if (responses < nodes.size()) {
    error = std::to_string(responses) + of_all + "success";
  }
  return {error, report(std::move(keys), std::move(messages), nodes.size(), responses, errors)};
}

fake_reply fake_keyring::refused(const names& nodes, const std::string& message) const {
  return gather(nodes, nullptr, [&](const std::string&) { return message; });
}

fake_reply fake_keyring::install(const std::string& sent, const names& nodes) {
  std::size_t size = 0;
  if (auto error = base64_error(sent, size)) return {*error, empty_key_report()};
  if (!encrypted()) return refused(nodes, "No keyring to modify (encryption not enabled)");
  if (size != 16 && size != 24 && size != 32) {
    return refused(nodes, "key size must be 16, 24 or 32 bytes");
  }
  const auto key = without_line_ends(sent);
  if (find(key) == keys_.end()) keys_.push_back({key, {nodes.begin(), nodes.end()}});
  const auto installed = find(key);
  return gather(nodes, nullptr, [&](const std::string& node) {
    installed->lacking.erase(node);
    return "";
  });
}

fake_reply fake_keyring::use(const std::string& sent, const names& nodes) {
  std::size_t size = 0;
  if (auto error = base64_error(sent, size)) return {*error, empty_key_report()};
  if (!encrypted()) return refused(nodes, "No keyring to modify (encryption not enabled)");
  const auto found = find(without_line_ends(sent));
  const auto lacking =
      found == keys_.end() ? std::set<std::string>(nodes.begin(), nodes.end()) : found->lacking;
  if (found != keys_.end()) std::rotate(keys_.begin(), found, found + 1);
  return gather(nodes, nullptr, [&](const std::string& node) {
    return lacking.count(node) == 0 ? "" : "Requested key is not in the keyring";
  });
}

// Silent nodes keep it.
fake_reply fake_keyring::remove(const std::string& sent, const names& nodes) {
  std::size_t size = 0;
  if (auto error = base64_error(sent, size)) return {*error, empty_key_report()};
  if (!encrypted()) return refused(nodes, "No keyring to modify (encryption not enabled)");
  const auto found = find(without_line_ends(sent));
  if (found == keys_.begin()) return refused(nodes, "Removing the primary key is not allowed");
  std::set<std::string> lacking;
  auto reply = gather(nodes, nullptr, [&](const std::string& node) {
    lacking.insert(node);
    return "";
  });
  if (found == keys_.end()) return reply;
  if (lacking.size() == nodes.size()) {
    keys_.erase(found);
  } else {
    found->lacking.merge(lacking);
  }
  return reply;
}

fake_reply fake_keyring::list(const names& nodes) const {
  fake_map keys;
  for (const auto& [key, lacking] : keys_) {
    const auto has = [&, &without = lacking](const std::string& node) {
      return silent_.count(node) == 0 && without.count(node) == 0;
    };
    const auto count = std::count_if(nodes.begin(), nodes.end(), has);
    if (count > 0) keys.emplace_back(key, count);
  }
  return gather(nodes, keys, [&](const std::string&) {
    return encrypted() ? "" : "Keyring is empty (encryption not enabled)";
  });
}

}  // namespace serf::testing
