// The library's public values, as agents encode them.
#pragma once

#include <vector>

#include <serf/agent_stats.hpp>
#include <serf/coordinate.hpp>
#include <serf/key_report.hpp>
#include <serf/member.hpp>
#include <serf/tag_map.hpp>
#include <serf/testing/fake_member.hpp>
#include <serf/testing/fake_value.hpp>

namespace serf::testing {

fake_member to_fake(const member& member);
fake_coordinate to_fake(const coordinate& coordinate);

// The bodies of replies.
fake_value to_value(const key_report& report);
fake_value to_value(const agent_stats& stats);

// From requests.
tag_map to_tags(const fake_value& map);
std::vector<std::string> to_texts(const fake_value& list);

}  // namespace serf::testing
