#include "testing/fake_keyring.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace serf::testing {
namespace {

using names = std::vector<std::string>;

fake_value report(fake_value keys, fake_map messages, std::size_t nodes, std::size_t errors) {
  return fake_map{{"Keys", std::move(keys)},
                  {"Messages", std::move(messages)},
                  {"NumErr", errors},
                  {"NumNodes", nodes},
                  {"NumResp", nodes}};
}

fake_reply success(const names& nodes, fake_value keys = nullptr) {
  return {{}, report(std::move(keys), {}, nodes.size(), 0)};
}

fake_reply failure(const std::string& message, const names& nodes, fake_value keys = nullptr) {
  fake_map messages;
  for (const auto& node : nodes) messages.emplace_back(node, message);
  const auto count = std::to_string(nodes.size());
  return {count + "/" + count + " nodes reported failure",
          report(std::move(keys), std::move(messages), nodes.size(), nodes.size())};
}

}  // namespace

std::optional<std::string> base64_error(const std::string& text, std::size_t& size) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto broken_at = [](std::size_t position) {
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

fake_value empty_key_report() { return report(nullptr, {}, 0, 0); }

fake_keyring::fake_keyring(const std::string& primary) {
  if (primary.empty()) return;
  std::size_t size = 0;
  if (base64_error(primary, size) || (size != 16 && size != 24 && size != 32)) {
    throw std::invalid_argument("encrypt_key of a fake agent: not base64 of 16, 24 or 32 bytes");
  }
  keys_.push_back(primary);
}

std::vector<std::string>::iterator fake_keyring::find(const std::string& key) {
  return std::find(keys_.begin(), keys_.end(), key);
}

fake_reply fake_keyring::install(const std::string& key, const names& nodes) {
  std::size_t size = 0;
  if (auto error = base64_error(key, size)) return {*error, empty_key_report()};
  if (!encrypted()) return failure("No keyring to modify (encryption not enabled)", nodes);
  if (size != 16 && size != 24 && size != 32) {
    return failure("key size must be 16, 24 or 32 bytes", nodes);
  }
  if (find(key) == keys_.end()) keys_.push_back(key);
  return success(nodes);
}

fake_reply fake_keyring::use(const std::string& key, const names& nodes) {
  std::size_t size = 0;
  if (auto error = base64_error(key, size)) return {*error, empty_key_report()};
  if (!encrypted()) return failure("No keyring to modify (encryption not enabled)", nodes);
  const auto found = find(key);
  if (found == keys_.end()) return failure("Requested key is not in the keyring", nodes);
  std::rotate(keys_.begin(), found, found + 1);
  return success(nodes);
}

fake_reply fake_keyring::remove(const std::string& key, const names& nodes) {
  std::size_t size = 0;
  if (auto error = base64_error(key, size)) return {*error, empty_key_report()};
  if (!encrypted()) return failure("No keyring to modify (encryption not enabled)", nodes);
  const auto found = find(key);
  if (found == keys_.begin()) return failure("Removing the primary key is not allowed", nodes);
  if (found != keys_.end()) keys_.erase(found);
  return success(nodes);
}

fake_reply fake_keyring::list(const names& nodes) const {
  if (!encrypted()) return failure("Keyring is empty (encryption not enabled)", nodes, fake_map{});
  fake_map keys;
  for (const auto& key : keys_) keys.emplace_back(key, nodes.size());
  return success(nodes, keys);
}

}  // namespace serf::testing
