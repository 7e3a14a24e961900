#include "testing/fake_sizes.hpp"

namespace serf::testing {
namespace {

// Gossip is in the old msgpack: no one-byte lengths.
std::size_t raw_size(std::size_t size) {
  return size < 32 ? 1 + size : size <= 0xffff ? 3 + size : 5 + size;
}
std::size_t raw_size(const std::string& text) { return raw_size(text.size()); }

// What surrounds name, payload and filters; measured as the largest payload that agents take.
constexpr std::size_t around_event = 26;
constexpr std::size_t around_query = 104;
constexpr std::size_t around_response = 37;

}  // namespace

std::size_t encoded_tags_size(const std::map<std::string, std::string>& tags) {
  std::size_t size = tags.size() < 16 ? 2 : 4;
  for (const auto& [key, value] : tags) size += raw_size(key) + raw_size(value);
  return size;
}

std::size_t encoded_event_size(const std::string& name, const std::string& payload) {
  return around_event + raw_size(name) + raw_size(payload);
}

std::size_t encoded_query_size(const fake_body& query) {
  std::size_t size =
      around_query + raw_size(query.at("Name").text()) + raw_size(query.at("Payload").bytes());
  if (const auto& nodes = query.at("FilterNodes"); nodes.size() > 0) {
    std::size_t filter = nodes.size() < 16 ? 2 : 4;
    for (const auto& node : nodes.list()) filter += raw_size(node.text());
    size += raw_size(filter);
  }
  for (const auto& [tag, expression] : query.at("FilterTags").map()) {
    size += raw_size(2 + raw_size(3) + raw_size(tag.text()) + raw_size(4) +
                     raw_size(expression.text()));
  }
  return size;
}

std::size_t encoded_response_size(const std::string& node, const std::string& payload) {
  return around_response + raw_size(node) + raw_size(payload);
}

}  // namespace serf::testing
