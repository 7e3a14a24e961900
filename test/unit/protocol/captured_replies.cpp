#include <utility>

#include "unit/protocol/captured.hpp"

namespace serf::protocol::test {
namespace {

std::optional<coordinate> coordinate_of(std::vector<double> vec, double error, double adjustment,
                                        double height) {
  return coordinate{std::move(vec), error, adjustment, height};
}

agent_stats first_stats() {
  agent_stats stats;
  stats.node_name = "n1";
  stats.tags = {{"dc", "east"}, {"role", "web"}};
  stats.arch = "amd64", stats.os = "linux", stats.go_version = "go1.19.8";
  stats.cpu_count = 2, stats.goroutines = 23, stats.max_procs = 2;
  stats.members = 3;
  stats.event_time = 2, stats.member_time = 8, stats.query_time = 1;
  stats.sections = {
      {"agent", {{"name", "n1"}}},
      {"event_handlers", {}},
      {"runtime",
       {{"arch", "amd64"},
        {"cpu_count", "2"},
        {"goroutines", "23"},
        {"max_procs", "2"},
        {"os", "linux"},
        {"version", "go1.19.8"}}},
      {"serf",
       {{"coordinate_resets", "0"},
        {"encrypted", "false"},
        {"event_queue", "0"},
        {"event_time", "2"},
        {"failed", "0"},
        {"health_score", "0"},
        {"intent_queue", "0"},
        {"left", "0"},
        {"member_time", "8"},
        {"members", "3"},
        {"query_queue", "0"},
        {"query_time", "1"}}},
      {"tags", {{"dc", "east"}, {"role", "web"}}},
  };
  return stats;
}

}  // namespace

std::vector<captured> captured_replies() {
  return {
      {"get-coordinate.known.response.bin",
       {{23, command::get_coordinate}},
       {reply(23,
              coordinate_of({-0.0003389670584422651, -3.862806601064273e-05, 0.00016412519298273574,
                             5.842912410582268e-06, 3.7729736630877014e-05, 0.00010636541427682681,
                             -7.245393603854301e-05, 0.00029812649039593486},
                            0.39327268822803046, 6.189362718165879e-05, 0.00014086554859685113))}},
      {"get-coordinate.self.response.bin",
       {{24, command::get_coordinate}},
       {reply(24,
              coordinate_of({-0.0003262818759951634, -3.196151925315898e-05, 0.00015970706396119003,
                             2.0193290391226752e-06, 3.718306984136245e-05, 0.00010556580493099506,
                             -5.8620006740330046e-05, 0.00027825424778376326},
                            0.2797253134260845, 5.268414260736962e-05, 7.420719623061358e-05))}},
      {"get-coordinate.unknown.response.bin",
       {{25, command::get_coordinate}},
       {reply(25, std::optional<coordinate>())}},
      {"join.fail.response.bin",
       {{15, command::join}},
       {reply(15,
              "1 error occurred:\n\t* Failed to join 127.77.0.9: dial tcp 127.77.0.9:27946: "
              "connect: connection refused\n\n",
              content(0))}},
      {"join.ok.response.bin", {{14, command::join}}, {reply(14, content(1))}},
      {"join.partial.response.bin", {{16, command::join}}, {reply(16, content(1))}},
      {"stats.response.bin", {{22, command::stats}}, {reply(22, first_stats())}},
  };
}

}  // namespace serf::protocol::test
