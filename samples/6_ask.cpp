// Asks a cluster and prints who answers what, as `serf query` does.
//
//   6_ask [--rpc-addr HOST:PORT] [--rpc-auth KEY] [--node NAME]... [--tag KEY=REGEX]... [--no-ack]
//         [--relay-factor N] [--timeout SECONDS] [--collect] NAME [PAYLOAD]
//
// Shows: a query with all that it can say; its acks and responses as they come, or with --collect
// all at once when it is over; and that a lost connection is not the end of a query (status 1).

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <serf/client.hpp>

namespace {

using serf::printable;  // other nodes' text may hold any bytes, commands to a terminal among them

class printer {
 public:
  explicit printer(bool acks) : show_acks_(acks) {}

  void operator()(const serf::query_ack& ack) {
    ++acks_;
    std::cout << "Ack from '" << printable(ack.from) << "'" << std::endl;
  }
  void operator()(const serf::query_response& response) {
    ++responses_;
    std::string text = response.payload;
    if (!text.empty() && text.back() == '\n') text.pop_back();  // of many a shell command
    std::cout << "Response from '" << printable(response.from) << "': " << printable(text)
              << std::endl;
  }
  void operator()(const serf::gap& gap) { std::cerr << "6_ask: " << gap << std::endl; }

  void totals() const {
    if (show_acks_) std::cout << "Total Acks: " << acks_ << '\n';
    std::cout << "Total Responses: " << responses_ << '\n';
  }

 private:
  bool show_acks_;
  std::size_t acks_ = 0, responses_ = 0;
};

// As they come, until the deadline of the query. Gives why it ended before that, or "".
std::string follow(serf::client& client, const serf::query_request& query, printer& print) {
  auto answers = client.query(query).get();  // once the agent has taken it, or throws why not
  std::cout << "Query '" << printable(query.name()) << "' dispatched" << std::endl;
  for (const serf::query_reply& reply : answers) std::visit(print, reply);
  const serf::stream_end end = answers.end();
  if (end.state == serf::stream_state::done) return "";
  return end.failure ? end.failure->message : to_string(end);
}

// All at once, and over as soon as each --node has answered.
std::string collect(serf::client& client, const serf::query_request& query, printer& print) {
  const serf::query_result all = client.ask(query).get();
  for (const serf::query_ack& ack : all.acks) print(ack);
  for (const serf::query_response& response : all.responses) print(response);
  return all.ended == serf::query_end::lost ? "the connection was lost" : "";
}

}  // namespace

int main(int argc, char** argv) {
  auto options = serf::client_options::from_environment();
  std::string address, key, name, payload;
  std::vector<std::string> nodes, tags;
  bool no_ack = false, collected = false;
  int relay_factor = 0;
  double timeout = 0;

  CLI::App app("Asks a Serf cluster.");
  app.add_option("--rpc-addr", address, "the agent's RPC address, host:port");
  app.add_option("--rpc-auth", key, "the agent's rpc_auth");
  app.add_option("--node", nodes, "only this node");
  app.add_option("--tag", tags, "only nodes whose tag matches, KEY=EXPRESSION");
  app.add_flag("!--ack,--no-ack", no_ack, "nodes need not say that they have the query");
  app.add_option("--relay-factor", relay_factor, "send answers by so many other nodes as well");
  app.add_option("--timeout", timeout, "how many seconds to wait; else the agent chooses");
  app.add_flag("--collect", collected, "print at the end, not as answers come");
  app.add_option("name", name, "the query's name")->required();
  app.add_option("payload", payload, "what to send with it");
  CLI11_PARSE(app, argc, argv);
  if (!address.empty()) options.endpoint(address);
  if (!key.empty()) options.auth_key(key);

  try {
    serf::query_request query(name, payload);
    query.nodes(nodes).request_ack(!no_ack).relay_factor(relay_factor);
    query.timeout(std::chrono::duration<double>(timeout));
    for (const std::string& tag : tags) {
      const auto equals = tag.find('=');
      if (equals == std::string::npos) throw std::invalid_argument("--tag " + tag + ": no =");
      query.tag(tag.substr(0, equals), serf::regex(tag.substr(equals + 1)));
    }

    serf::client client(options);
    printer print(!no_ack);
    const std::string lost =
        collected ? collect(client, query, print) : follow(client, query, print);
    if (!lost.empty()) throw std::runtime_error("some answers may be missing: " + lost);
    print.totals();
    return 0;
  } catch (const std::exception& error) {  // serf::error, or std::invalid_argument
    std::cerr << "6_ask: " << error.what() << '\n';
  }
  return 1;
}
