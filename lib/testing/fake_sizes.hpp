// How long events, queries, responses and tags are in gossip, where the limits of agents apply.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "testing/fake_body.hpp"

namespace serf::testing {

constexpr std::size_t tags_limit = 512;

std::size_t encoded_tags_size(const std::map<std::string, std::string>& tags);
std::size_t encoded_event_size(const std::string& name, const std::string& payload);
std::size_t encoded_query_size(const fake_body& query);
std::size_t encoded_response_size(const std::string& node, const std::string& payload);

}  // namespace serf::testing
