// Prints the members of a cluster, as `serf members` does: the first call to make.
//
//   1_members [--rpc-addr HOST:PORT] [--rpc-auth KEY]
//             [--name REGEX] [--status STATUS] [--tag KEY=REGEX]...
//
// Shows: a client from options or the environment, one call with a filter and a deadline, and what
// to catch.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <serf/client.hpp>

int main(int argc, char** argv) {
  // SERF_RPC_ADDR and SERF_RPC_AUTH where set; where not, 127.0.0.1:7373 and no key.
  auto options = serf::client_options::from_environment();
  std::string address, key, name, status;
  std::vector<std::string> tags;

  CLI::App app("Prints the members of a Serf cluster.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--name", name, "only members whose name matches this expression");
  app.add_option("--status", status, "only members of this status");
  app.add_option("--tag", tags, "only members whose tag matches, KEY=EXPRESSION");
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  try {
    serf::member_filter filter;
    if (!name.empty()) filter.name(serf::regex(name));
    if (!status.empty()) filter.status(serf::exact(status));
    for (const std::string& tag : tags) {
      const auto equals = tag.find('=');
      if (equals == std::string::npos) throw std::invalid_argument("--tag " + tag + ": no =");
      filter.tag(tag.substr(0, equals), serf::regex(tag.substr(equals + 1)));
    }

    serf::client client(options);
    auto members = client.members(filter, std::chrono::seconds(5)).get();

    std::sort(members.begin(), members.end(),
              [](const serf::member& a, const serf::member& b) { return a.name < b.name; });
    for (const serf::member& member : members) std::cout << member << '\n';
    return 0;
  } catch (const std::invalid_argument& error) {
    std::cerr << "1_members: " << error.what() << '\n';  // not for this or any agent
  } catch (const serf::error& error) {
    std::cerr << "1_members: " << error.what() << '\n';  // what went wrong, and with which agent
  }
  return 1;
}
