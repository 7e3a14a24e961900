#include <serf/client_options.hpp>

#include <cstdlib>

namespace serf {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

client_options& client_options::endpoints(std::vector<std::string> value) {
  endpoints_ = std::move(value);
  endpoint_origin_.clear();
  return *this;
}

client_options client_options::from_environment() {
  client_options options;
  if (auto address = environment("SERF_RPC_ADDR"); !address.empty()) {
    options.endpoints_ = {std::move(address)};
    options.endpoint_origin_ = "SERF_RPC_ADDR";
  }
  options.auth_key_ = environment("SERF_RPC_AUTH");
  return options;
}

}  // namespace serf
